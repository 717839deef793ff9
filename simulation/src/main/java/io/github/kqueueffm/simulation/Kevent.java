package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.abi.Struct.Field;
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

  private final Field identField;
  private final Field filterField;
  private final Field flagsField;
  private final Field fflagsField;
  private final Field dataField;
  private final Field udataField;

  Kevent(World world) {
    Platform platform = world.platform;
    Struct struct = platform.keventStruct(world.system.keventSymbol());
    size = struct.size();
    identField = struct.fields().get("ident");
    filterField = struct.fields().get("filter");
    flagsField = struct.fields().get("flags");
    fflagsField = struct.fields().get("fflags");
    dataField = struct.fields().get("data");
    udataField = struct.fields().get("udata");
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
    ident = get(at, identField);
    // The filters are negative where the field has two bytes.
    filter =
        filterField.width() == Short.BYTES
            ? Memory.getShort(at + filterField.offset())
            : (int) get(at, filterField);
    flags = (int) get(at, flagsField);
    fflags = (int) get(at, fflagsField);
    data = get(at, dataField);
    udata = get(at, udataField);
  }

  void write(long at) {
    Memory.clear(at, size);
    put(at, identField, ident);
    put(at, filterField, filter);
    put(at, flagsField, flags);
    put(at, fflagsField, fflags);
    put(at, dataField, data);
    put(at, udataField, udata);
  }

  private static long get(long at, Field field) {
    return Memory.getUnsigned(at + field.offset(), field.width());
  }

  private static void put(long at, Field field, long value) {
    Memory.put(at + field.offset(), field.width(), value);
  }
}
