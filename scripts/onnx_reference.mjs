// Runs an ONNX model with ONNX Runtime, the independent reference of the tests.
//
// usage: node onnx_reference.mjs --runtime DIR MODEL.onnx
//             [--input X.npy]... [--output [NAME=]Y.npy]... [--output-dir DIR]
//
// DIR is where setup_onnxruntime.sh installed the runtime. Inputs are given in
// the order of the model's inputs. Outputs are given by name, or in the order
// of the model's outputs; --output-dir writes all of them, as output_0.npy and
// so on. Tensors are of f32, i8, u8 or i32, in .npy files.

import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

function fail(message) {
  console.error(`onnx_reference: ${message}`);
  process.exit(1);
}

/** Element types by npy's name: the runtime's name and the array. */
const types = {
  '<f4': ['float32', Float32Array],
  '|i1': ['int8', Int8Array],
  '|u1': ['uint8', Uint8Array],
  '<i4': ['int32', Int32Array],
};

/** Returns {shape, type, data} of a C-ordered little-endian array. */
function readNpy(path) {
  const bytes = readFileSync(path);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    fail(`${path}: not a .npy file`);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', start, start + length);
  const [type, Elements] = types[/'descr':\s*'([^']*)'/.exec(header)?.[1]] ?? [];
  if (!type || !/'fortran_order':\s*False/.test(header))
    fail(`${path}: expected C-ordered data of f32, i8, u8 or i32, but got ${header.trim()}`);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)[1]
    .split(',').map((size) => size.trim()).filter(Boolean).map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  // Copied to where elements are aligned.
  const body = Uint8Array.prototype.slice.call(bytes, start + length);
  const size = count * Elements.BYTES_PER_ELEMENT;
  if (body.byteLength !== size)
    fail(`${path}: expected ${size} bytes of data, but got ${body.byteLength}`);
  return { shape, type, data: new Elements(body.buffer, body.byteOffset, count) };
}

function writeNpy(path, descr, shape, data) {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  // Magic, version and length take 10 bytes; data starts at a multiple of 64.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const prefix = Buffer.alloc(10 + length, ' ');
  prefix.write('\x93NUMPY\x01\x00', 0, 'latin1');
  prefix.writeUInt16LE(length, 8);
  prefix.write(header, 10, 'latin1');
  prefix.write('\n', 9 + length, 'latin1');
  writeFileSync(path, Buffer.concat(
    [prefix, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: 'string' },
    input: { type: 'string', multiple: true, default: [] },
    output: { type: 'string', multiple: true, default: [] },
    'output-dir': { type: 'string' },
  },
});
if (!options.runtime || positionals.length !== 1)
  fail('expected --runtime DIR and one model');

const ort = createRequire(resolve(options.runtime, 'index.js'))('onnxruntime-node');
const session = await ort.InferenceSession.create(
  positionals[0], { logSeverityLevel: 3 });
if (options.input.length !== session.inputNames.length)
  fail(`expected ${session.inputNames.length} inputs, but got ${options.input.length}`);
const feeds = {};
options.input.forEach((path, index) => {
  const { shape, type, data } = readNpy(path);
  feeds[session.inputNames[index]] = new ort.Tensor(type, data, shape);
});
const results = await session.run(feeds);

function write(name, path) {
  const tensor = results[name];
  if (!tensor)
    fail(`the model has no output '${name}'`);
  const descr = Object.keys(types).find((key) => types[key][0] === tensor.type);
  if (!descr)
    fail(`output '${name}' is of type ${tensor.type}, which is not supported`);
  writeNpy(path, descr, tensor.dims, tensor.data);
}
options.output.forEach((spec, index) => {
  const split = spec.lastIndexOf('=');
  const name = split < 0 ? session.outputNames[index] : spec.slice(0, split);
  write(name, spec.slice(split + 1));
});
if (options['output-dir']) {
  mkdirSync(options['output-dir'], { recursive: true });
  session.outputNames.forEach((name, index) =>
    write(name, join(options['output-dir'], `output_${index}.npy`)));
}
