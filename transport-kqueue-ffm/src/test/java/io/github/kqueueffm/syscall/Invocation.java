package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.List;

/** One call that the code under test has made of a {@link ScriptedKernel}. */
public final class Invocation {
  private final Platform platform;
  private final KeventLayout layout;
  private final String method;
  private final long[] arguments;

  Invocation(Platform platform, KeventLayout layout, String method, Object[] arguments) {
    this.platform = platform;
    this.layout = layout;
    this.method = method;
    this.arguments = new long[arguments == null ? 0 : arguments.length];
    for (int i = 0; i < this.arguments.length; i++) {
      this.arguments[i] = ((Number) arguments[i]).longValue();
    }
  }

  /** The method of {@link Kernel}. */
  public String method() {
    return method;
  }

  public int count() {
    return arguments.length;
  }

  public long argument(int index) {
    return arguments[index];
  }

  /** The memory that an argument points to. */
  public byte[] bytes(int index, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(arguments[index], bytes, 0, length);
    return bytes;
  }

  /** Writes into the memory that an argument points to. */
  public void write(int index, byte[] bytes) {
    Memory.copy(bytes, 0, arguments[index], bytes.length);
  }

  /** The changelist of a kevent call, decoded. */
  public List<Kevent> changes() {
    List<Kevent> changes = new ArrayList<>();
    for (int i = 0; i < arguments[2]; i++) {
      changes.add(Kevent.decode(platform, layout, arguments[1] + (long) i * layout.size()));
    }
    return changes;
  }

  /** How many events there is room for in a kevent call. */
  public int slots() {
    return (int) arguments[4];
  }

  /** Nanoseconds of a kevent call's time-out; negative if it waits for ever. */
  public long timeout() {
    if (arguments[5] == 0) {
      return -1;
    }
    long seconds = Memory.getLong(arguments[5]);
    long nanos = Memory.getLong(arguments[5] + 8);
    return seconds * 1_000_000_000 + nanos;
  }

  /** Puts an event into a kevent call's array. */
  void putEvent(int index, Kevent event, long knownUdata) {
    event.encode(layout, arguments[3] + (long) index * layout.size(), knownUdata);
  }

  @Override
  public String toString() {
    if (method.equals("kevent")) {
      String timeout = timeout() < 0 ? "for ever" : timeout() == 0 ? "poll" : timeout() + " ns";
      String wait = slots() == 0 ? "no slots" : slots() + " slots, " + timeout;
      return "kevent(" + arguments[0] + ", " + changes() + ", " + wait + ")";
    }
    StringBuilder text = new StringBuilder(method).append('(');
    for (int i = 0; i < arguments.length; i++) {
      text.append(i == 0 ? "" : ", ").append(shown(arguments[i]));
    }
    return text.append(')').toString();
  }

  private static String shown(long argument) {
    // An address, most likely.
    return argument > 0xffff_ffffL ? "0x" + Long.toHexString(argument) : Long.toString(argument);
  }
}
