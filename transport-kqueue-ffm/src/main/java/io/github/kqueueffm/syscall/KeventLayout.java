package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Struct;

/**
 * Reads and writes struct kevent at an address, in the layout of one platform.
 *
 * <p>Filters are the platform's numbers, which are negative except on NetBSD. Flags are
 * zero-extended.
 */
public final class KeventLayout {
  private final int size;
  private final int filter;
  private final int flags;
  private final int fflags;
  private final int data;
  private final int udata;
  private final boolean wide;

  public KeventLayout(Struct kevent) {
    size = kevent.size();
    filter = kevent.offset("filter");
    flags = kevent.offset("flags");
    fflags = kevent.offset("fflags");
    data = kevent.offset("data");
    udata = kevent.offset("udata");
    wide = kevent.width("filter") == 4;
  }

  /** {@return the bytes from one struct of an array to the next} */
  public int size() {
    return size;
  }

  public long ident(long address) {
    return Memory.getLong(address);
  }

  public int filter(long address) {
    return wide ? Memory.getInt(address + filter) : Memory.getShort(address + filter);
  }

  public int flags(long address) {
    return wide ? Memory.getInt(address + flags) : Memory.getShort(address + flags) & 0xffff;
  }

  public int fflags(long address) {
    return Memory.getInt(address + fflags);
  }

  public long data(long address) {
    return Memory.getLong(address + data);
  }

  public long udata(long address) {
    return Memory.getLong(address + udata);
  }

  /** Writes every field. Further bytes of the layout do not change (they are 0 when allocated). */
  public void put(
      long address, long ident, int filter, int flags, int fflags, long data, long udata) {
    Memory.putLong(address, ident);
    if (wide) {
      Memory.putInt(address + this.filter, filter);
      Memory.putInt(address + this.flags, flags);
    } else {
      Memory.putShort(address + this.filter, filter);
      Memory.putShort(address + this.flags, flags);
    }
    Memory.putInt(address + this.fflags, fflags);
    Memory.putLong(address + this.data, data);
    Memory.putLong(address + this.udata, udata);
  }
}
