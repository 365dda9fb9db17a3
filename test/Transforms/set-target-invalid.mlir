// RUN: wino-opt %s --wino-set-target -split-input-file -verify-diagnostics
// RUN: wino-opt %s --wino-assign-plans -split-input-file -verify-diagnostics

// expected-error @+1 {{the module's target is no CPU: cores: is missing}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
  "CPU" = #dlti.target_device_spec<
    "format" = 1, "name" = "mine", "triple" = "aarch64-unknown-linux-gnu",
    "llvm" = {cpu = "cortex-a73"}, "features" = ["neon"],
    "vectors" = {bits = 128, registers = 32, lane_multiply = true},
    "issue" = {in_order = false, width = 2},
    "caches" = [{bytes = 32768, ways = 4, line_bytes = 64, shared = false},
                {bytes = 65536, ways = 4, line_bytes = 64, shared = true}]>>} {
}

// -----

// expected-error @+1 {{the module's target is no CPU: vectors.bits: expected an integer}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
  "CPU" = #dlti.target_device_spec<
    "format" = 1, "name" = "mine", "triple" = "aarch64-unknown-linux-gnu",
    "llvm" = {cpu = "cortex-a73"}, "vectors" = {bits = "wide"}>>} {
}
