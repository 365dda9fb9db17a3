// Runs an ONNX model with ONNX Runtime, the independent reference of the tests.
//
// usage: node onnx_reference.mjs --runtime DIR MODEL.onnx
//             [--input X.npy]... [--output [NAME=]Y.npy]... [--output-dir DIR]
//
// DIR is where setup_onnxruntime.sh installed the runtime. Inputs are given in
// the order of the model's inputs. Outputs are given by name, or in the order
// of the model's outputs; --output-dir writes all of them, as output_0.npy and
// so on. Tensors are f32 in .npy files.

import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

function fail(message) {
  console.error(`onnx_reference: ${message}`);
  process.exit(1);
}

/** Returns {shape, data} of a C-ordered little-endian f32 array. */
function readNpy(path) {
  const bytes = readFileSync(path);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    fail(`${path}: not a .npy file`);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', start, start + length);
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header))
    fail(`${path}: expected C-ordered f32 data, but got ${header.trim()}`);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)[1]
    .split(',').map((size) => size.trim()).filter(Boolean).map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  // Copied to where floats are aligned.
  const body = Uint8Array.prototype.slice.call(bytes, start + length);
  if (body.byteLength !== 4 * count)
    fail(`${path}: expected ${4 * count} bytes of data, but got ${body.byteLength}`);
  return { shape, data: new Float32Array(body.buffer, body.byteOffset, count) };
}

function writeNpy(path, shape, data) {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
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
  const { shape, data } = readNpy(path);
  feeds[session.inputNames[index]] = new ort.Tensor('float32', data, shape);
});
const results = await session.run(feeds);

function write(name, path) {
  const tensor = results[name];
  if (!tensor)
    fail(`the model has no output '${name}'`);
  if (tensor.type !== 'float32')
    fail(`expected output '${name}' of type float32, but got ${tensor.type}`);
  writeNpy(path, tensor.dims, tensor.data);
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
