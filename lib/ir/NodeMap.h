//===- NodeMap.h - tables by node ------------------------------------------===//
//
// A map from nodes that is read much more often than it is made: its entries lie in
// one vector, in the order in which they came, and a table of places finds them. An
// entry moves when another is added.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/ValueId.h"

#include <cassert>
#include <initializer_list>
#include <tuple>
#include <utility>
#include <vector>

namespace gradus::ir {

template <class T> class NodeMap {
public:
  using Entry = std::pair<ValueId, T>;
  using iterator = typename std::vector<Entry>::iterator;
  using const_iterator = typename std::vector<Entry>::const_iterator;

  NodeMap() = default;
  NodeMap(std::initializer_list<Entry> entries) { insert(entries.begin(), entries.end()); }

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  iterator find(ValueId v) { return begin() + static_cast<ptrdiff_t>(place(v)); }
  const_iterator find(ValueId v) const { return begin() + static_cast<ptrdiff_t>(place(v)); }
  size_t count(ValueId v) const { return place(v) != entries_.size(); }
  const T &at(ValueId v) const {
    assert(count(v) && "the node has an entry");
    return entries_[place(v)].second;
  }
  T &at(ValueId v) { return const_cast<T &>(std::as_const(*this).at(v)); }
  T &operator[](ValueId v) { return try_emplace(v).first->second; }

  /// What is there stays.
  template <class... Arguments>
  std::pair<iterator, bool> try_emplace(ValueId v, Arguments &&...arguments) {
    const size_t at = place(v);
    if (at != entries_.size())
      return {begin() + static_cast<ptrdiff_t>(at), false};
    entries_.emplace_back(std::piecewise_construct, std::forward_as_tuple(v),
                          std::forward_as_tuple(std::forward<Arguments>(arguments)...));
    if (2 * entries_.size() > table_.size())
      grow();
    else
      enter(at);
    return {end() - 1, true};
  }
  template <class Value> std::pair<iterator, bool> emplace(ValueId v, Value &&value) {
    return try_emplace(v, std::forward<Value>(value));
  }
  template <class Iterator> void insert(Iterator first, Iterator last) {
    for (; first != last; ++first)
      try_emplace(first->first, first->second);
  }

private:
  /// Up to so many entries are looked through one by one.
  static constexpr size_t few = 8;

  size_t home(ValueId v) const {
    return (v.index * 0x9E3779B97F4A7C15ull >> 32) & (table_.size() - 1);
  }
  /// Of the entry; the number of entries when there is none.
  size_t place(ValueId v) const {
    if (table_.empty()) {
      size_t at = 0;
      while (at < entries_.size() && entries_[at].first != v)
        ++at;
      return at;
    }
    for (size_t k = home(v);; k = (k + 1) & (table_.size() - 1)) {
      if (table_[k] == 0)
        return entries_.size();
      if (entries_[table_[k] - 1].first == v)
        return table_[k] - 1;
    }
  }
  void enter(size_t at) {
    size_t k = home(entries_[at].first);
    while (table_[k] != 0)
      k = (k + 1) & (table_.size() - 1);
    table_[k] = static_cast<uint32_t>(at) + 1;
  }
  void grow() {
    if (entries_.size() <= few)
      return;
    table_.assign(table_.empty() ? 4 * few : 2 * table_.size(), 0);
    for (size_t at = 0; at < entries_.size(); ++at)
      enter(at);
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> table_; ///< places of entries + 1, 0 for none; a power of two
};

} // namespace gradus::ir
