//===- Passes.td - Transformations of convolutions ---------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_PASSES_TD
#define WINO_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormalizeIntegersPass : Pass<"wino-normalize-integers"> {
  let summary = "Take zero points and unsigned bytes out of convolutions";
  let description = [{
    Rewrites convolutions and matrix products of bytes with sums in i32,
    `linalg.conv_2d_*_q`, `linalg.quantized_matmul`, or generic ops, whose bytes
    are unsigned or have zero points, to those of signed bytes without:

        sum (x - p) (w - q) = sum x w - p sum w - q sum x + count p q

    The sums of w, one for each output channel, depend on the weights alone and
    move to the prepare function; they are added in the epilogue. Only a zero
    point q of the weights needs the sums of x under the filter. Unsigned bytes
    become signed ones by flipping their highest bits, which subtracts 128 from
    them as well as from their zero point, also in a padding. The result is the
    same modulo 2^32.

    Zero points need not be constants, but have to be the same for all products. A
    remark tells why a convolution keeps them.

    ```mlir
    %y = linalg.conv_2d_nhwc_hwcf_q
      ins(%x, %w, %c3, %c0 : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>, i32, i32)
      outs(%init : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
    // becomes
    %sums = linalg.generic ... ins(%w : tensor<3x3x4x8xi8>) ...
    %offsets = linalg.generic ... ins(%sums : tensor<8xi32>) ... // -3 %sums
    %plain = linalg.generic ... ins(%x, %w : ...) outs(%init : ...)
    %y = linalg.generic ... ins(%plain, %offsets : ...) ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def SetTargetPass : Pass<"wino-set-target", "::mlir::ModuleOp"> {
  let summary = "Write into a module which CPU it is for";
  let description = [{
    Sets the device `CPU` of the module's `dlti.target_system_spec` to the
    description of a CPU: one that Wino knows, `host` for the machine this runs
    on, or a file that ends in `.json`. docs/CPUs.md tells the fields. Without
    `cpu` a module that has a CPU keeps it, and any other gets the host's.

    Passes that depend on the CPU and have no option for it, or an empty one,
    read it from there.

    ```mlir
    // wino-opt --wino-set-target="cpu=cortex-a73"
    module attributes {dlti.target_system_spec = #dlti.target_system_spec<
        "CPU" = #dlti.target_device_spec<"name" = "cortex-a73", ...>>} { ... }
    ```
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", /*default=*/"\"\"",
           "The CPU, by name or as a file">
  ];
  let dependentDialects = ["::mlir::DLTIDialect"];
}

def AssignPlansPass : Pass<"wino-assign-plans"> {
  let summary = "Give every convolution a plan";
  let description = [{
    Sets the `wino.plan` attribute of every convolution, named or generic, that
    has none, and of every matrix product with a weight. A plan in the IR stays,
    unless `algorithm` or `plans` name another. The pass runs on a module or a
    function; names and `algorithm` refer to all convolutions below it.

    The default rule compares F(m x m', r x r') of each m up to 6 with at most 8
    taps an axis, each with all schedules whose blocks divide the work evenly:
    sizes of blocks from one row of tiles to the whole image, one or more panels
    of output channels, filters transformed before or on the fly; and the direct
    convolution, by the largest blocks of pixels that stay in the cache. The cost
    of each is counted in cycles: vector operations of the transforms, as counted
    in their straight-line programs, multiply-adds of the products, and the cache
    lines that the loop nest misses, by a model of what it touches between two
    uses of an array. A larger tile has to be 3 % cheaper, as its error is larger.
    Of the CPU it knows the vectors, the registers, the caches and a few rates of
    issue and of memory; to measure is for a pass of its own. `im2row` and
    `kn2row` are never chosen: they compute what `direct` does, and copy every
    patch first or store every product, but remain to be compared with.

    `algorithm` forces one algorithm, `winograd`, `winograd:F(4x4,3x3)`, `direct`,
    `im2col`, `im2row`, `kn2row` or `loops`, on every convolution it applies to; it is an
    error if it applies to none. `winograd-rns` computes in residues, which the
    default rule does not consider: in the fewest moduli of 8 bits that admit the
    tile and whose product is proved to exceed all results, or in those of a
    request such as `winograd:F(7,3):#wino.rns<[251,241,239]>`. `plans` is a JSON
    file, an object whose keys are the names of
    convolutions (of their locations, else `conv` and the number in the function)
    and whose values are plan attributes as text;
    a name that no convolution has, or a plan that does not apply, is an error.

    `max-error` is the largest error of any convolution, by the largest value of
    its result, max |y' - y| / max |y|, that may be predicted. Without it floats
    have the errors of their rounding. `winograd-quantized` is not exact: it is
    considered if `max-error` allows an error, and a plan in quantized numbers,
    wherever it comes from, stays if its error is no larger, and no larger than the
    plan's own `max_error`; see `wino-apply-plan`. Where a plan has a larger error
    the default rule takes its place; a convolution of which no plan keeps to the
    budget is an error that says by how much.

    A remark tells each choice, why a convolution has none, and the inequality by
    which `#wino.ring` cannot be proved exact for it.

    ```mlir
    // wino-opt --wino-assign-plans="cpu=cortex-a73"
    %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : ...) outs(%zero : ...)
    // becomes
    %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd,
           transform = <F(4x4, 3x3)>, schedule = <...>>} ...
    ```
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", /*default=*/"\"\"",
           "The CPU to plan for, by name or as a file (default: the module's "
           "target, or else the host)">,
    Option<"algorithm", "algorithm", "std::string", /*default=*/"\"\"",
           "Algorithm to force on every convolution it applies to">,
    Option<"plans", "plans", "std::string", /*default=*/"\"\"",
           "JSON file with plans by the names of convolutions">,
    Option<"maxError", "max-error", "double", /*default=*/"0",
           "The largest error that may be predicted of a convolution, by its "
           "largest result; 0: any of rounding, but none of plans that are not "
           "exact">,
    Option<"calibration", "calibration", "std::string", /*default=*/"\"\"",
           "JSON file with samples and scales by the names of convolutions">
  ];
  let dependentDialects = ["::wino::WinoDialect"];
}

def SearchPass : Pass<"wino-search"> {
  let summary = "Search the plans of a network";
  let description = [{
    Sets the `wino.plan` attribute of every convolution, and of every matrix
    product with a weight, so that each function takes the fewest cycles by the
    models of the algorithms. Candidates are the cheapest plan of each variant of
    each algorithm (see `wino-assign-plans`), with `max-memory` also slower ones
    that take less of it. `im2row` and `loops` are candidates where nothing else
    applies, or by `algorithms`. A plan in the IR stays, as the only candidate of
    its convolution.

    Images that are not NHWC in the IR have costs, too: where a plan that
    computes in NHWC, or one that keeps the layout, meets an image in the other
    one, it is transposed, alone or as part of a load or store. Images that
    pooling, padding and elementwise ops make of each other have one layout.

    The selection is a partitioned boolean quadratic problem. Chains and
    series-parallel networks are solved exactly by reductions; what these leave
    by branch and bound, as far as its limits reach.

    - `max-error`: the largest error of any convolution, by the largest value of
      its result, max |y' - y| / max |y|, that may be predicted. It also makes
      plans in quantized numbers candidates (`winograd-quantized`), with the error
      that is measured as in `wino-apply-plan`, on samples of the `calibration`
      file if it has any; without a budget they never are.
    - `max-memory`: the bytes of all packed weights and of the largest scratch of
      a convolution.
    - `lambda`: cycles for an error of 1; errors count in the sum that is minimized.
    - `algorithms`: what may be chosen, each as in `wino-assign-plans`, such as
      `winograd`, `winograd:F(4,3)`, `direct`. The attribute `wino.candidates` of a
      convolution, an array of such strings, is in place of this option.
    - `candidates`: a JSON file, an object whose keys are the names of convolutions
      and whose values are lists of such strings, in place of both. A name that no
      convolution has is an error.
    - `tiles`: the m that F(m, r) may have.
    - `bits`: the bits that candidates in quantized numbers may have, 4 to 16;
      those of more than 8 are multiplied as i16.
    - `threads`: how many share each convolution, as in `wino-tile-and-fuse`. Of
      each phase the part of the busiest thread counts; what is repeated, the
      transform of the image where output channels are shared, counts in full, and
      so does all waiting for caches and memory, which cores share. For
      `max-memory` each thread has scratch of its own. Measured times are those of
      as many threads.
    - `tuning`: databases of measured times (docs/Tuning.md), the one that counts
      most first. A plan of a layer that was measured is a candidate, and costs
      what was measured; other candidates cost their cycles by the models, times
      the mean ratio of the two for plans nearby: those of the same algorithm and
      transform, on the same layer if there are any, else on all layers of the
      network; if there are none, all plans that have both.

    With `record` each convolution gets an attribute `wino.search`, which the
    report of a compilation shows: `cycles` and `error` of the choice, its cycles by
    `phases` as the model of the algorithm has them, and the `candidates` from the
    cheapest on. Where times were measured, `cycles` are nanoseconds.

    It is an error if a budget cannot be kept, with the convolution that is at
    fault and by how much, or if a convolution has no candidate. Remarks tell the
    choice and the next best of each convolution, and the sum, with the gap to
    the best selection if the solver did not prove that there is none. The result
    depends on the IR, the options and the CPU alone.

    ```mlir
    // wino-opt --wino-search="cpu=cortex-a73 max-error=1e-5"
    %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : ...) outs(%zero : ...)
    // becomes
    %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd,
           transform = <F(4x4, 3x3)>, schedule = <...>>} ...
    ```
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", /*default=*/"\"\"",
           "The CPU to plan for, by name or as a file (default: the module's "
           "target, or else the host)">,
    Option<"maxError", "max-error", "double", /*default=*/"0",
           "The largest error that may be predicted of a convolution, by its "
           "largest result; 0: any of rounding, but none of plans that are not "
           "exact">,
    Option<"calibration", "calibration", "std::string", /*default=*/"\"\"",
           "JSON file with samples and scales by the names of convolutions">,
    Option<"maxMemory", "max-memory", "int64_t", /*default=*/"-1",
           "Bytes of packed weights and scratch (negative: any)">,
    Option<"lambda", "lambda", "double", /*default=*/"0",
           "Cycles that an error of 1 counts as">,
    ListOption<"algorithms", "algorithms", "std::string",
               "The algorithms to choose from (default: all)">,
    ListOption<"tiles", "tiles", "int64_t",
               "The sizes m of tiles to choose from (default: all)">,
    ListOption<"bits", "bits", "int64_t",
               "The bits of quantized numbers to choose from (default: 8)">,
    Option<"candidates", "candidates", "std::string", /*default=*/"\"\"",
           "JSON file with algorithms by the names of convolutions">,
    Option<"threads", "threads", "int64_t", /*default=*/"1",
           "Number of threads that share a convolution">,
    ListOption<"tuning", "tuning", "std::string",
               "Databases of measured times, the user's before the system's">,
    Option<"record", "record", "bool", /*default=*/"false",
           "Leave the costs of candidates on the convolutions">
  ];
  let dependentDialects = ["::wino::WinoDialect"];
}

def ExportPlansPass : Pass<"wino-export-plans"> {
  let summary = "Write the plans of convolutions to a file";
  let description = [{
    Writes the `wino.plan` attributes of all convolutions below the op into a JSON
    file: an object whose keys are the names of the convolutions (of their
    locations, else `conv` and the number in the function) and whose values are
    the plans as text. `wino-assign-plans` and `wino-apply-plan` read it. Two
    convolutions of one name are an error.
  }];
  let options = [
    Option<"file", "file", "std::string", /*default=*/"\"\"",
           "The file to write; - is standard output">
  ];
}

def ApplyPlanPass : Pass<"wino-apply-plan"> {
  let summary = "Rewrite convolutions by their plans";
  let description = [{
    Rewrites every op with a `wino.plan` attribute: a Winograd plan to
    `wino.filter_transform`, `wino.input_transform`, `wino.hadamard` and
    `wino.output_transform`, a direct plan to `wino.conv` with a packed filter, an
    im2row plan to the stages of Winograd with `wino.im2row` and F(1x1, 1x1), a
    kn2row plan to a copy of the pixels, their products by all taps of the packed
    filter, and `wino.offset_add`, an im2col plan to `wino.im2col` and
    `wino.column_product` with a row per filter. Any
    layout of the operands is brought to NHWC and HWCF by `linalg.transpose`. The
    destination of the convolution, if it is not zero, is added in the epilogue. A
    `tensor.pad` of the image becomes padding of the op, of a direct convolution
    that of a `wino.pad_image`.

    With `plans`, plans of that file (see `wino-export-plans`) come first in place
    of those of the convolutions that it names; a name that no convolution below
    the op has is an error.

    A plan that cannot compute its convolution is an error that says why. A
    `loops` plan leaves the op as it is. Convolutions without a plan that could
    have one are left, with a remark.

    A plan in quantized numbers (`#wino.quantized`) does not compute its
    convolution. It is applied only if it has a `max_error`, or the option
    `max-error` is set, and if its error is no larger than the smaller of both: the
    largest error by the largest result, max |y' - y| / max |y|, against the exact
    convolution, of samples in the `calibration` file, or else of seeded normal data
    (and weights, where these are not known). Otherwise the convolution stays, with
    a remark of the numbers. So does one with a plan in other numbers of which
    `max-error` is smaller than the error that is predicted.
    Scales of sums and output that the plan does not have follow from the same
    data, those of the input from samples, or else from the range of the data: that
    of the type, or what an elementwise op clamps the image to.

    The `calibration` file is a JSON object whose keys are the names of
    convolutions, and whose values are objects with `samples`, nested lists
    [N][H][W][C] of what enters the convolution as i8 (u8 less 128), or the name of
    an `.npy` file of i8 or u8 [N, H, W, C] in the same folder, and `scales`, an
    object of lists of numbers for the stages `input`, `filter`, `sums` and
    `output`, for those that the plan does not give.

    Each convolution adds a record to the `wino.layers` attribute of its
    function: name, shape, algorithm, multiply-adds, bytes; in exact numbers also
    the inequality that proves the result exact, and in quantized numbers the
    relative error ||y' - y|| / ||y||, the largest error by max |y| and what data
    these are of; a
    remark tells them, too.
  }];
  let options = [
    Option<"plans", "plans", "std::string", /*default=*/"\"\"",
           "JSON file with plans by the names of convolutions">,
    Option<"maxError", "max-error", "double", /*default=*/"0",
           "The largest error that may be predicted of a convolution, by its "
           "largest result; 0: any of rounding, but none of plans that are not "
           "exact">,
    Option<"calibration", "calibration", "std::string", /*default=*/"\"\"",
           "JSON file with samples and scales by the names of convolutions">
  ];
  let dependentDialects = [
    "::wino::WinoDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def AbsorbEpiloguePass : Pass<"wino-absorb-epilogue"> {
  let summary = "Move bias and activation into the convolution";
  let description = [{
    Absorbs an elementwise `linalg.generic` that is the only user of a
    `wino.output_transform` or a `wino.conv` into its epilogue: bias (an operand
    indexed by the channel), sums with other tensors of the pixels of the result,
    in NHWC or NCHW, activations. Transposes of the result
    sink below elementwise ops first, so that layouts other than NHWC are served
    as well, and transposes to NCHW also below poolings and their paddings, where
    they meet those of the next convolution. Ops that cannot be absorbed stay,
    with a remark.
  }];
  let dependentDialects = [
    "::wino::WinoDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FoldTransposesPass : Pass<"wino-fold-transposes"> {
  let summary = "Read and write images in the layout they have";
  let description = [{
    Folds a `linalg.transpose` between NHWC and NCHW into the ops around it, which
    then transpose tile by tile: that of an image into the `wino.input_transform`,
    `wino.im2col` and `wino.pad_image` ops that read it, those of an epilogue
    operand and of a result into the op that writes the result
    (`wino.column_product`, for one, transposes what is not NCHW). A `wino.conv` that
    reads such an image itself gets a `wino.pad_image` in front, which copies the
    part that a block needs.

    ```mlir
    %x = linalg.transpose ins(%image : tensor<1x8x12x20xf32>) ...
           permutation = [0, 2, 3, 1]
    %v = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
           ins(%x : tensor<1x12x20x8xf32>) ...
    // becomes
    %v = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] layout nchw
           ins(%image : tensor<1x8x12x20xf32>) ...
    ```

    A transpose that has other users stays, and with it all who use it: reading
    its result costs less than transposing again. So does a transpose of a result
    that has other users. A remark tells which images are transposed as a whole.
    Runs when the transposes between convolutions have cancelled.
  }];
  let dependentDialects = [
    "::wino::WinoDialect", "::mlir::linalg::LinalgDialect"
  ];
}

def TileAndFusePass : Pass<"wino-tile-and-fuse"> {
  let summary = "Fuse the stages of a convolution by blocks of tiles";
  let description = [{
    Tiles every `wino.output_transform`, `wino.conv`, `wino.offset_add` and
    `wino.column_product` that has a schedule over images (`block_images` at a
    time), blocks of tiles (pixels) and blocks of output channels, fuses hadamard and
    input transform (or im2row, im2col, or the padding of the image) into the loops,
    and hoists what does not depend on the inner loop, so that a block's image
    tiles are transformed once for all output channels:

    ```mlir
    scf.for %rows ...
      %v = wino.input_transform ...     // a block of tiles
      scf.for %k ...
        %m = wino.hadamard ...          // a block of output channels
        %y = wino.output_transform ...
    ```

    Filters that are transformed on the fly are part of the inner loop; with a
    `c_block` the hadamard becomes a loop over blocks of input channels that
    accumulates, and transforms filters for one of them at a time. The producers
    of the image and of other transformed filters are not fused.
    With `threads` > 1 images, rows of tiles or blocks of output channels are
    distributed over an `scf.forall` first: whichever are shared most evenly, with
    a tenth taken off for channels, since their threads transform the image each.
    Running the pass twice changes nothing: a tiled op has no schedule.
  }];
  let options = [
    Option<"threads", "threads", "int64_t", /*default=*/"1",
           "Number of threads to distribute blocks over">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def HoistPreparePass : Pass<"wino-hoist-prepare", "::mlir::ModuleOp"> {
  let summary = "Move work on weights to a function that runs once";
  let description = [{
    Splits every function `@f` on tensors that has weights into `@f_prepare`,
    which computes once what depends on weights alone, and `@f`, which takes the
    results:

        @f(inputs..., weights...) -> results
          => @f_prepare(weights...) -> packed...
             @f(inputs..., packed...) -> results

    Weights are the arguments with the attribute `wino.weight` and the large
    constants, which first become such arguments behind all others, equal
    constants one. They keep their order and attributes as arguments of the
    prepare function. Its results and the new arguments of `@f` correspond one to
    one and carry `wino.packed = <index>`; a weight that `@f` itself reads (a
    bias) is among them. `@f` names its prepare function in `wino.prepare`.

    All ops of the function's body move that have no side effects and depend on
    nothing but weights and constants. What the remaining ops read of their
    results is the interface between the two functions. Because `@f` has to load
    the interface from memory, an op stays if its results there would be larger
    than its operands by more than the factor `max-growth`, such as the broadcast
    of a bias to a whole image. Filter transforms always move, but those of packed
    filters, which are meant to happen where they are used, never. Ops that need no
    weight, such as `tensor.empty` and fills, are no part of the interface: both
    functions get their own. Equal computations are done once.

    Packed arguments are not writable, since they serve many calls.

    Functions that others call, that have several blocks, or whose prepare
    function would clash with another symbol are left alone, with a remark.
    Weights of dynamic shape stay ordinary arguments.

    ```mlir
    func.func @f(%w: tensor<3x3x4x8xf32> {wino.weight},
                 %v: tensor<6x6x1x1x1x4xf32>, %e: tensor<6x6x1x1x1x8xf32>)
        -> tensor<6x6x1x1x1x8xf32> {
      %0 = tensor.empty() : tensor<6x6x4x8xf32>
      %u = wino.filter_transform <F(4x4, 3x3)> ins(%w : tensor<3x3x4x8xf32>)
        outs(%0 : tensor<6x6x4x8xf32>) -> tensor<6x6x4x8xf32>
      %m = wino.hadamard
        ins(%v, %u : tensor<6x6x1x1x1x4xf32>, tensor<6x6x4x8xf32>)
        outs(%e : tensor<6x6x1x1x1x8xf32>) -> tensor<6x6x1x1x1x8xf32>
      return %m : tensor<6x6x1x1x1x8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%v: tensor<6x6x1x1x1x4xf32>, %e: tensor<6x6x1x1x1x8xf32>,
                 %u: tensor<6x6x4x8xf32> {bufferization.writable = false,
                                          wino.packed = 0 : i64})
        -> tensor<6x6x1x1x1x8xf32> attributes {wino.prepare = @f_prepare} {
      %m = wino.hadamard
        ins(%v, %u : tensor<6x6x1x1x1x4xf32>, tensor<6x6x4x8xf32>)
        outs(%e : tensor<6x6x1x1x1x8xf32>) -> tensor<6x6x1x1x1x8xf32>
      return %m : tensor<6x6x1x1x1x8xf32>
    }
    func.func @f_prepare(%w: tensor<3x3x4x8xf32> {bufferization.writable = false,
                                                  wino.weight})
        -> (tensor<6x6x4x8xf32> {wino.packed = 0 : i64}) {
      %0 = tensor.empty() : tensor<6x6x4x8xf32>
      %u = wino.filter_transform <F(4x4, 3x3)> ins(%w : tensor<3x3x4x8xf32>)
        outs(%0 : tensor<6x6x4x8xf32>) -> tensor<6x6x4x8xf32>
      return %u : tensor<6x6x4x8xf32>
    }
    ```
  }];
  let options = [
    Option<"minConstantBytes", "min-constant-bytes", "int64_t",
           /*default=*/"1024",
           "Size from which a constant tensor becomes a weight">,
    Option<"maxGrowth", "max-growth", "double", /*default=*/"2",
           "How many times larger than its operands a result that the function "
           "reads may be, filter transforms excepted">
  ];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::wino::WinoDialect"
  ];
}

def PlanMemoryPass : Pass<"wino-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Place all buffers of a function in one scratch argument";
  let description = [{
    Replaces the `memref.alloc`s of every function by views, at 64-byte aligned
    offsets, of one argument `memref<SIZExi8> {wino.scratch}` behind all others,
    and removes their `memref.dealloc`s. Runs after bufferization, when buffers
    have identity layout. The caller passes 64-byte aligned memory that overlaps
    no other argument.

    Buffers whose lifetimes overlap lie apart, others share memory. Time is
    counted in ops of the function's body: a buffer lives from its first to its
    last use there, through views and other aliases; one allocated or used
    inside of a loop lives for the whole loop. Each iteration of an
    `scf.forall` or `scf.parallel` has a slice of its own, in which the
    buffers of the loop's body are placed in the same way. A dynamic size
    takes its constant upper bound.

    The buffers V, M and packed U of a `wino.hadamard` get planes (one per tap)
    that are the `plane_padding` elements of its schedule further apart than
    their size, and as much again where that distance is a multiple of 4096
    bytes, so that the taps of a tile do not compete for the same cache sets.
    Each plane stays contiguous. A buffer with users that need
    contiguous planes is not padded, with a remark.

    With `pack-weights`, arguments with `wino.packed = <index>` become views, in
    the order of the indices, of one argument `memref<SIZExi8> {wino.packed}`
    that stands before the scratch. A function and its `wino.prepare` function
    get the same offsets.

    Attributes of the function tell `wino.scratch_bytes` and
    `wino.packed_bytes`, the sizes of the two arguments, and
    `wino.scratch_lower_bound`, the bytes of the largest set of buffers that
    live at a time. Remarks tell the same. A function without buffers or packed
    arguments gets neither the argument nor the attribute.

    These stay as they are, with a remark that says why: allocs whose size has
    no constant upper bound, that outlive an iteration of a loop or leave the
    function, in other memory spaces or layouts; functions that others call.
    With `require-bounded` any alloc that stays is an error. Sizes beyond 64 bits
    are an error.

    ```mlir
    func.func @f(%x: memref<256xf32>, %y: memref<256xf32>) {
      %a = memref.alloc() {alignment = 64 : i64} : memref<256xf32>
      linalg.exp ins(%x : memref<256xf32>) outs(%a : memref<256xf32>)
      linalg.exp ins(%a : memref<256xf32>) outs(%y : memref<256xf32>)
      return
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<256xf32>, %y: memref<256xf32>,
                 %scratch: memref<1024xi8> {llvm.align = 64 : i64, llvm.noalias,
                                            wino.scratch})
        attributes {wino.scratch_bytes = 1024 : i64,
                    wino.scratch_lower_bound = 1024 : i64} {
      %c0 = arith.constant 0 : index
      %a = memref.view %scratch[%c0][] : memref<1024xi8> to memref<256xf32>
      linalg.exp ins(%x : memref<256xf32>) outs(%a : memref<256xf32>)
      linalg.exp ins(%a : memref<256xf32>) outs(%y : memref<256xf32>)
      return
    }
    ```
  }];
  let options = [
    Option<"packWeights", "pack-weights", "bool", /*default=*/"false",
           "Make all packed weights one argument">,
    Option<"requireBounded", "require-bounded", "bool", /*default=*/"false",
           "Fail if an alloc stays">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
    "::wino::WinoDialect"
  ];
}

def SeparateResultsPass
    : Pass<"wino-separate-results", "::mlir::func::FuncOp"> {
  let summary = "Return every buffer once";
  let description = [{
    Copies a buffer that a function returns more than once, so that each result
    has one of its own. Runs after bufferization and before
    `buffer-results-to-out-params`, which turns the buffer of a result into an
    argument and cannot do so twice. Buffers whose layout is not the identity
    stay as they are.

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %a = memref.alloc() : memref<4xf32>
      return %a, %a : memref<4xf32>, memref<4xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %a = memref.alloc() : memref<4xf32>
      %b = memref.alloc() {alignment = 64 : i64} : memref<4xf32>
      memref.copy %a, %b : memref<4xf32> to memref<4xf32>
      return %a, %b : memref<4xf32>, memref<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

#endif // WINO_TRANSFORMS_PASSES_TD
