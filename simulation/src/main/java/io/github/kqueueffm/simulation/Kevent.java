package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;

/** A struct kevent in memory, and its fields after {@link #read}. */
final class Kevent {
  final int size;
  final int readFilter;
  final int writeFilter;
  final int timerFilter;
  final int userFilter;
  final int add;
  final int delete;
  final int enable;
  final int disable;
  final int oneShot;
  final int clear;
  final int receipt;
  final int dispatch;
  final int eof;
  final int error;
  final int lowWater;

  long ident;
  int filter;
  int flags;
  int fflags;
  long data;
  long udata;

  private final Struct struct;

  Kevent(World world) {
    Platform platform = world.platform;
    struct = platform.keventStruct(world.system.keventSymbol());
    size = struct.size();
    readFilter = platform.get(Constant.EVFILT_READ);
    writeFilter = platform.get(Constant.EVFILT_WRITE);
    timerFilter = platform.get(Constant.EVFILT_TIMER);
    userFilter = world.option(Constant.EVFILT_USER);
    add = platform.get(Constant.EV_ADD);
    delete = platform.get(Constant.EV_DELETE);
    enable = platform.get(Constant.EV_ENABLE);
    disable = platform.get(Constant.EV_DISABLE);
    oneShot = platform.get(Constant.EV_ONESHOT);
    clear = platform.get(Constant.EV_CLEAR);
    receipt = platform.getOr(Constant.EV_RECEIPT, 0);
    dispatch = platform.getOr(Constant.EV_DISPATCH, 0);
    eof = platform.get(Constant.EV_EOF);
    error = platform.get(Constant.EV_ERROR);
    lowWater = platform.getOr(Constant.NOTE_LOWAT, 0);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean isOfDescriptor() {
    return filter == readFilter || filter == writeFilter;
  }

  void read(long at) {
    ident = get(at, "ident");
    // The filters are negative where the field has two bytes.
    filter =
        struct.width("filter") == Short.BYTES
            ? Memory.getShort(at + struct.offset("filter"))
            : (int) get(at, "filter");
    flags = (int) get(at, "flags");
    fflags = (int) get(at, "fflags");
    data = get(at, "data");
    udata = get(at, "udata");
  }

  void write(long at) {
    Memory.clear(at, size);
    put(at, "ident", ident);
    put(at, "filter", filter);
    put(at, "flags", flags);
    put(at, "fflags", fflags);
    put(at, "data", data);
    put(at, "udata", udata);
  }

  private long get(long at, String field) {
    return Memory.getUnsigned(at + struct.offset(field), struct.width(field));
  }

  private void put(long at, String field, long value) {
    Memory.put(at + struct.offset(field), struct.width(field), value);
  }
}
