//===- QemuAPI.h - The part of QEMU's plugin interface in use ---*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Declarations of version 1 of QEMU's interface for TCG plugins, which QEMU 7.2
// to 8.2 offer; Debian has no package with its header. The names are QEMU's.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PLUGIN_QEMUAPI_H
#define WINO_BENCHMARK_AARCH64_PLUGIN_QEMUAPI_H

#include <cstddef>
#include <cstdint>

extern "C" {

using qemu_plugin_id_t = uint64_t;
using qemu_plugin_meminfo_t = uint32_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

/// Whether a callback may read or write registers: this plugin's do not.
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_RW = 3 };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

/// Calls back for each translation block when it is translated.
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*callback)(qemu_plugin_id_t,
                                                            qemu_plugin_tb *));
/// Adds `value` to `*pointer` whenever the block is entered.
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb *block,
                                              qemu_plugin_op op, void *pointer,
                                              uint64_t value);
/// Calls back when the instruction is executed.
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn *instruction,
                                            void (*callback)(unsigned, void *),
                                            qemu_plugin_cb_flags flags,
                                            void *data);
/// Calls back for each access of the instruction to memory. A wide access may
/// be reported in parts.
void qemu_plugin_register_vcpu_mem_cb(
    qemu_plugin_insn *instruction,
    void (*callback)(unsigned, qemu_plugin_meminfo_t, uint64_t, void *),
    qemu_plugin_cb_flags flags, qemu_plugin_mem_rw accesses, void *data);

size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const qemu_plugin_tb *block);
qemu_plugin_insn *qemu_plugin_tb_get_insn(const qemu_plugin_tb *block,
                                          size_t index);
const void *qemu_plugin_insn_data(const qemu_plugin_insn *instruction);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
}

#endif // WINO_BENCHMARK_AARCH64_PLUGIN_QEMUAPI_H
