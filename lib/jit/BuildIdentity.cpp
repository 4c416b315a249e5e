//===- BuildIdentity.cpp - which build of Gradus this is ---------------------===//
#include "jit/BuildIdentity.h"

#include <elf.h>
#include <link.h>

#include <cstring>

/// The linker's name for the beginning of what it has linked.
extern "C" const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

namespace gradus::jit {

std::string_view buildIdentity() {
  const char *base = reinterpret_cast<const char *>(&__ehdr_start);
  const auto *headers = reinterpret_cast<const ElfW(Phdr) *>(base + __ehdr_start.e_phoff);
  // Addresses in the headers count from the first loaded segment's.
  ElfW(Addr) first = 0;
  for (int k = __ehdr_start.e_phnum - 1; k >= 0; --k)
    if (headers[k].p_type == PT_LOAD && headers[k].p_offset == 0)
      first = headers[k].p_vaddr;
  for (int k = 0; k < __ehdr_start.e_phnum; ++k) {
    if (headers[k].p_type != PT_NOTE)
      continue;
    const char *note = base + (headers[k].p_vaddr - first);
    const char *end = note + headers[k].p_memsz;
    while (note + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) head;
      std::memcpy(&head, note, sizeof head);
      auto padded = [](size_t size) { return (size + 3) & ~size_t{3}; };
      const char *name = note + sizeof head, *text = name + padded(head.n_namesz);
      if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
        return {text, head.n_descsz};
      note = text + padded(head.n_descsz);
    }
  }
  return {};
}

} // namespace gradus::jit
