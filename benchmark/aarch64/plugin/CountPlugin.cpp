//===- CountPlugin.cpp - Counts marked regions of a program ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A plugin of QEMU's user-mode emulator. In regions that the emulated program
// marks (see Markers.h of the programs) it counts executed instructions by
// class and the bytes they move, models the data caches of a core, and finds
// the blocks of code in which most instructions are executed. Each region ends
// with a line of JSON.
//
// Options, as in -plugin libcount.so,core=a73,out=FILE:
//   out=FILE        where to append the lines (default: standard error)
//   core=a53|a73    model the caches of this core (default: count only)
//   hot=PERCENT     which part of the executed instructions the blocks in the
//                   output cover (default 99.8)
//
// If the program has named its image, weights and result, each block belongs to
// a phase: to the one that most often was current at its accesses. A phase
// becomes current when its array is accessed, as a transform of the input reads
// the image, the products read the weights, and a transform of the output
// writes the result; what else they touch is scratch memory.
//
// It counts programs of one thread.
//
//===----------------------------------------------------------------------===//

#include "CacheModel.h"
#include "Instruction.h"
#include "QemuAPI.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

using namespace wino::count;

namespace {

/// Numbers of the HINT instructions that mark; the program's Markers.h has the
/// same.
enum Marker : uint32_t {
  kRegionBegin = 96,
  kRegionEnd,
  kModelOn,
  kModelOff,
  kImage,
  kWeights,
  kResult
};

/// Arrays of a convolution, in the order of their markers and phases.
constexpr unsigned kNumPhases = 3;
constexpr const char *kPhaseNames[kNumPhases] = {"input", "products", "output"};

/// What some instructions add up to.
struct Counts {
  uint64_t instructions = 0, halfVectors = 0, loadBytes = 0, storeBytes = 0;
  uint64_t classes[kNumClasses] = {};

  void add(const Instruction &instruction) {
    ++instructions;
    ++classes[unsigned(instruction.kind)];
    halfVectors += instruction.isHalfVector;
    if (instruction.isLoad())
      loadBytes += instruction.bytes;
    if (instruction.isStore())
      storeBytes += instruction.bytes;
  }
  /// Adds `other` `factor` times, which may be negative.
  void add(const Counts &other, uint64_t factor) {
    instructions += other.instructions * factor;
    halfVectors += other.halfVectors * factor;
    loadBytes += other.loadBytes * factor;
    storeBytes += other.storeBytes * factor;
    for (unsigned kind = 0; kind < kNumClasses; ++kind)
      classes[kind] += other.classes[kind] * factor;
  }
};

/// A translated block of code.
struct Block {
  uint64_t address = 0;
  std::vector<uint32_t> words;
  Counts counts;
  /// QEMU adds to this one.
  uint64_t executions = 0;
  /// `executions` when the region began.
  uint64_t executionsBefore = 0;
  /// Within the region: misses of the second-level cache, and accesses by the
  /// phase that was current.
  uint64_t misses = 0;
  uint64_t votes[kNumPhases] = {};

  uint64_t getExecutions() const { return executions - executionsBefore; }
  uint64_t getWork() const { return getExecutions() * words.size(); }
  /// The number of the phase, or none.
  std::optional<unsigned> getPhase() const {
    const uint64_t *most = std::max_element(votes, votes + kNumPhases);
    if (*most == 0)
      return std::nullopt;
    return unsigned(most - votes);
  }
};

/// A marker in the code.
struct MarkerSite {
  uint32_t marker;
  /// The instructions behind it in its block.
  Counts rest;
};

/// An array that the program has named.
struct Range {
  uint64_t begin = 0, size = 0;
  bool contains(uint64_t address) const { return address - begin < size; }
};

/// Counts of the modelled core, and bytes that went through the model.
struct MemoryCounts {
  CacheCounts l1, l2, microTLB, mainTLB;
  uint64_t loadBytes = 0, storeBytes = 0;
};

/// All state of the plugin.
class Counter {
public:
  bool parseOption(const std::string &option);

  void translate(qemu_plugin_tb *translation);
  void mark(const MarkerSite &site);
  void access(Block &block, uint64_t address, unsigned size, bool isStore);

private:
  void nameArray(uint64_t address);
  void vote(Block &block, uint64_t address);
  MemoryCounts getMemoryCounts() const;
  void begin(const MarkerSite &site);
  void report(const MarkerSite &end);
  Counts getTotal(const MarkerSite &end) const;
  void printMemory(FILE *file) const;
  void printPhases(FILE *file) const;
  void printBlocks(FILE *file, uint64_t total) const;

  std::string outputPath, coreName;
  double hotPercent = 99.8;

  std::vector<std::unique_ptr<Block>> blocks;
  std::vector<std::unique_ptr<MarkerSite>> sites;
  std::optional<Core> core;
  bool isModelOn = false;
  uint64_t loadBytes = 0, storeBytes = 0;

  /// The site at which the current region began, if there is one.
  const MarkerSite *regionBegin = nullptr;
  MemoryCounts before;

  Range arrays[kNumPhases];
  bool areArraysNamed = false;
  /// Which array, and which of its ends, the next accesses name.
  std::optional<unsigned> namedArray;
  bool isNamingEnd = false;
  unsigned currentPhase = 0;
};

} // namespace

/// Lives as long as the process: QEMU calls back until it ends.
static Counter &getCounter() {
  static Counter *counter = new Counter;
  return *counter;
}

bool Counter::parseOption(const std::string &option) {
  size_t equals = option.find('=');
  std::string name = option.substr(0, equals);
  std::string value =
      equals == std::string::npos ? "" : option.substr(equals + 1);
  if (name == "out") {
    outputPath = value;
    return true;
  }
  if (name == "hot") {
    char *end;
    hotPercent = std::strtod(value.c_str(), &end);
    return *end == '\0' && hotPercent > 0 && hotPercent <= 100;
  }
  if (name != "core")
    return false;
  for (const CoreSizes &sizes : kCores)
    if (value == sizes.name) {
      core.emplace(sizes);
      coreName = value;
      return true;
    }
  return false;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

/// Takes an access behind a marker as the first or the last byte of an array.
void Counter::nameArray(uint64_t address) {
  Range &range = arrays[*namedArray];
  if (!isNamingEnd) {
    range.begin = address;
    isNamingEnd = true;
    return;
  }
  range.size = address + 1 - range.begin;
  namedArray.reset();
  areArraysNamed = true;
}

void Counter::vote(Block &block, uint64_t address) {
  for (unsigned phase = 0; phase < kNumPhases; ++phase)
    if (arrays[phase].contains(address))
      currentPhase = phase;
  ++block.votes[currentPhase];
}

void Counter::access(Block &block, uint64_t address, unsigned size,
                     bool isStore) {
  if (namedArray)
    return nameArray(address);
  if (!isModelOn)
    return;
  (isStore ? storeBytes : loadBytes) += size;
  uint64_t misses = core->getL2().misses;
  uint64_t first = address >> kLineShift;
  uint64_t last = (address + size - 1) >> kLineShift;
  core->access(first, isStore);
  if (last != first)
    core->access(last, isStore);
  if (!regionBegin)
    return;
  block.misses += core->getL2().misses - misses;
  if (areArraysNamed)
    vote(block, address);
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

MemoryCounts Counter::getMemoryCounts() const {
  if (!core)
    return {};
  return {core->getL1(),      core->getL2(), core->getMicroTLB(),
          core->getMainTLB(), loadBytes,     storeBytes};
}

void Counter::begin(const MarkerSite &site) {
  regionBegin = &site;
  before = getMemoryCounts();
  for (auto &block : blocks) {
    block->executionsBefore = block->executions;
    block->misses = 0;
    std::fill_n(block->votes, kNumPhases, 0);
  }
}

void Counter::mark(const MarkerSite &site) {
  switch (site.marker) {
  case kRegionBegin:
    return begin(site);
  case kRegionEnd:
    if (regionBegin)
      report(site);
    regionBegin = nullptr;
    return;
  case kModelOn:
    isModelOn = core.has_value();
    return;
  case kModelOff:
    isModelOn = false;
    return;
  default:
    // Without a model, accesses are not seen.
    if (core)
      namedArray = site.marker - kImage;
    isNamingEnd = false;
  }
}

/// Adds up the region that ends at `end`. The block of the first marker was
/// entered before the region began, that of the second is not yet finished; and
/// the markers are no part of the region.
Counts Counter::getTotal(const MarkerSite &end) const {
  Counts total;
  for (auto &block : blocks)
    if (uint64_t executions = block->getExecutions())
      total.add(block->counts, executions);
  total.add(regionBegin->rest, 1);
  total.add(end.rest, uint64_t(-1));
  Counts marker;
  marker.add(decode(0xd503201f)); // HINT
  total.add(marker, uint64_t(-1));
  return total;
}

static void printCounts(FILE *file, const char *name, const CacheCounts &now,
                        const CacheCounts &before) {
  std::fprintf(file,
               "\"%s\": {\"accesses\": %" PRIu64 ", \"misses\": %" PRIu64
               ", \"sequential_misses\": %" PRIu64 ", \"write_backs\": %" PRIu64
               "}, ",
               name, now.accesses - before.accesses, now.misses - before.misses,
               now.sequentialMisses - before.sequentialMisses,
               now.writeBacks - before.writeBacks);
}

void Counter::printMemory(FILE *file) const {
  MemoryCounts now = getMemoryCounts();
  std::fprintf(file, "\"core\": \"%s\", ", coreName.c_str());
  printCounts(file, "l1", now.l1, before.l1);
  printCounts(file, "l2", now.l2, before.l2);
  printCounts(file, "micro_tlb", now.microTLB, before.microTLB);
  printCounts(file, "main_tlb", now.mainTLB, before.mainTLB);
  std::fprintf(file,
               "\"modelled_load_bytes\": %" PRIu64
               ", \"modelled_store_bytes\": %" PRIu64 ", ",
               now.loadBytes - before.loadBytes,
               now.storeBytes - before.storeBytes);
}

void Counter::printPhases(FILE *file) const {
  uint64_t instructions[kNumPhases] = {}, misses[kNumPhases] = {};
  for (auto &block : blocks)
    if (std::optional<unsigned> phase = block->getPhase()) {
      instructions[*phase] += block->getWork();
      misses[*phase] += block->misses;
    }
  std::fprintf(file, "\"phases\": {");
  for (unsigned phase = 0; phase < kNumPhases; ++phase)
    std::fprintf(file,
                 "%s\"%s\": {\"instructions\": %" PRIu64
                 ", \"l2_misses\": %" PRIu64 "}",
                 phase ? ", " : "", kPhaseNames[phase], instructions[phase],
                 misses[phase]);
  std::fprintf(file, "}, ");
}

/// Prints the blocks with most instructions, until they cover hotPercent.
void Counter::printBlocks(FILE *file, uint64_t total) const {
  std::vector<const Block *> sorted;
  for (auto &block : blocks)
    if (block->getExecutions())
      sorted.push_back(block.get());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto *a, auto *b) {
    return a->getWork() > b->getWork();
  });
  std::fprintf(file, "\"blocks\": [");
  uint64_t covered = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (double(covered) >= double(total) * hotPercent / 100)
      break;
    const Block &block = *sorted[i];
    covered += block.getWork();
    std::fprintf(file,
                 "%s{\"address\": %" PRIu64 ", \"executions\": %" PRIu64
                 ", \"l2_misses\": %" PRIu64 ", ",
                 i ? ", " : "", block.address, block.getExecutions(),
                 block.misses);
    if (std::optional<unsigned> phase = block.getPhase())
      std::fprintf(file, "\"phase\": \"%s\", ", kPhaseNames[*phase]);
    std::fprintf(file, "\"words\": \"");
    for (uint32_t word : block.words)
      std::fprintf(file, "%08x", word);
    std::fprintf(file, "\"}");
  }
  std::fprintf(file, "]");
}

void Counter::report(const MarkerSite &end) {
  FILE *file =
      outputPath.empty() ? stderr : std::fopen(outputPath.c_str(), "a");
  if (!file) {
    std::fprintf(stderr, "count plugin: cannot write '%s'\n",
                 outputPath.c_str());
    std::exit(EXIT_FAILURE);
  }
  Counts total = getTotal(end);
  std::fprintf(file, "{\"instructions\": %" PRIu64 ", \"classes\": {",
               total.instructions);
  const char *separator = "";
  for (unsigned kind = 0; kind < kNumClasses; ++kind)
    if (total.classes[kind]) {
      std::fprintf(file, "%s\"%s\": %" PRIu64, separator, kClassNames[kind],
                   total.classes[kind]);
      separator = ", ";
    }
  std::fprintf(file,
               "}, \"half_vectors\": %" PRIu64 ", \"load_bytes\": %" PRIu64
               ", \"store_bytes\": %" PRIu64 ", ",
               total.halfVectors, total.loadBytes, total.storeBytes);
  if (core)
    printMemory(file);
  if (areArraysNamed)
    printPhases(file);
  printBlocks(file, total.instructions);
  std::fprintf(file, "}\n");
  if (file != stderr)
    std::fclose(file);
}

//===----------------------------------------------------------------------===//
// Callbacks
//===----------------------------------------------------------------------===//

/// Returns the number of the HINT `word`, if it marks something.
static std::optional<uint32_t> getMarker(uint32_t word) {
  constexpr uint32_t kHint = 0xd503201f, kNumberMask = 0x7f << 5;
  uint32_t number = (word & kNumberMask) >> 5;
  if ((word & ~kNumberMask) != kHint || number < kRegionBegin ||
      number > kResult)
    return std::nullopt;
  return number;
}

void Counter::translate(qemu_plugin_tb *translation) {
  auto mark = [](unsigned, void *data) {
    getCounter().mark(*static_cast<MarkerSite *>(data));
  };
  auto access = [](unsigned, qemu_plugin_meminfo_t info, uint64_t address,
                   void *data) {
    getCounter().access(*static_cast<Block *>(data), address,
                        1u << qemu_plugin_mem_size_shift(info),
                        qemu_plugin_mem_is_store(info));
  };
  blocks.push_back(std::make_unique<Block>());
  Block &block = *blocks.back();
  block.address = qemu_plugin_tb_vaddr(translation);
  size_t firstSite = sites.size();
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(translation); ++i) {
    qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(translation, i);
    uint32_t word;
    std::memcpy(&word, qemu_plugin_insn_data(handle), sizeof(word));
    Instruction instruction = decode(word);
    block.words.push_back(word);
    block.counts.add(instruction);
    for (size_t site = firstSite; site < sites.size(); ++site)
      sites[site]->rest.add(instruction);
    if (std::optional<uint32_t> marker = getMarker(word)) {
      sites.push_back(std::make_unique<MarkerSite>());
      sites.back()->marker = *marker;
      qemu_plugin_register_vcpu_insn_exec_cb(
          handle, mark, QEMU_PLUGIN_CB_NO_REGS, sites.back().get());
    }
    if (core && instruction.accessesMemory)
      qemu_plugin_register_vcpu_mem_cb(handle, access, QEMU_PLUGIN_CB_NO_REGS,
                                       QEMU_PLUGIN_MEM_RW, &block);
  }
  qemu_plugin_register_vcpu_tb_exec_inline(
      translation, QEMU_PLUGIN_INLINE_ADD_U64, &block.executions, 1);
}

extern "C" {

/// The version of the interface; QEMU looks it up by this name.
__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/// Called when QEMU loads the plugin; not 0 if an option is wrong.
__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *, int argc,
                    char **argv) {
  for (int i = 0; i < argc; ++i)
    if (!getCounter().parseOption(argv[i])) {
      std::fprintf(stderr, "count plugin: wrong option '%s'\n", argv[i]);
      return 1;
    }
  qemu_plugin_register_vcpu_tb_trans_cb(
      id, [](qemu_plugin_id_t, qemu_plugin_tb *translation) {
        getCounter().translate(translation);
      });
  return 0;
}
}
