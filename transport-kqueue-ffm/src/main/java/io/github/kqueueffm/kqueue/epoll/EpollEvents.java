package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** An array of struct epoll_event in native memory. */
final class EpollEvents {
  private final int size;
  private final int events;
  private final int data;
  private long address;
  private int capacity;

  EpollEvents(Platform platform, int capacity) {
    Struct struct = platform.struct("epoll_event");
    size = struct.size();
    events = struct.offset("events");
    data = struct.offset("data");
    this.capacity = capacity;
    address = NativeMemory.allocate((long) capacity * size);
  }

  /** Makes room for that many events. The contents are lost if the array has to grow. */
  void ensureCapacity(int wanted) {
    if (wanted > capacity) {
      long larger = NativeMemory.allocate((long) wanted * size);
      NativeMemory.free(address);
      address = larger;
      capacity = wanted;
    }
  }

  int capacity() {
    return capacity;
  }

  long address() {
    return address;
  }

  int mask(int index) {
    return Memory.getInt(address + (long) index * size + events);
  }

  long token(int index) {
    return Memory.getLong(address + (long) index * size + data);
  }

  void put(int index, int mask, long token) {
    long event = address + (long) index * size;
    Memory.putInt(event + events, mask);
    Memory.putLong(event + data, token);
  }

  void free() {
    NativeMemory.free(address);
  }
}
