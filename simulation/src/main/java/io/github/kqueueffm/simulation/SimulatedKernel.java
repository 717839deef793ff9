package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Kernel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The system calls of a simulated system. */
class SimulatedKernel extends Kernel {
  private static final int MOST_ERRNO = 255;

  private final World world;
  private final SystemCalls calls;

  /** By number; it only ever becomes true, so that threads need no lock. */
  private final boolean[] returned = new boolean[MOST_ERRNO + 1];

  SimulatedKernel(World world, Faults faults) {
    this.world = world;
    calls = new SystemCalls(world, faults);
  }

  @Override
  public Platform platform() {
    return world.platform;
  }

  @Override
  public boolean has(Call call) {
    return calls.has(call);
  }

  @Override
  public Struct keventStruct() {
    return world.platform.keventStruct(world.system.keventSymbol());
  }

  @Override
  public Kernel forThread() {
    return this;
  }

  @Override
  public void release() {
    // Nothing belongs to a thread.
  }

  @Override
  public String describe() {
    return "simulated " + world.system;
  }

  @Override
  public long nanoTime() {
    return world.pace.nanoTime();
  }

  @Override
  public void sleepMillis(long millis) {
    world.sleepNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Makes a call, of however many arguments. */
  long make(Call call, long a, long b, long c, long d, long e, long f, long g) {
    long result = calls.call(call, a, b, c, d, e, f, g);
    if (result < 0 && result >= -MOST_ERRNO) {
      returned[(int) -result] = true;
    }
    return result;
  }

  /** {@return the errnos that calls have returned} */
  Set<Errno> errnos() {
    Set<Errno> errnos = EnumSet.noneOf(Errno.class);
    for (int number = 1; number <= MOST_ERRNO; number++) {
      Errno errno = returned[number] ? world.platform.errno(number) : null;
      if (errno != null) {
        errnos.add(errno);
      }
    }
    return errnos;
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    return (int) make(call, a, b, c, d, e, f, 0);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
    return (int) make(call, a, b, c, d, e, f, g);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    // The last one is connectx's identifier of a connection, which the transport does not ask for.
    return (int) make(call, a, b, c, d, e, f, g);
  }

  @Override
  protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    return make(call, a, b, c, d, e, f, 0);
  }

  @Override
  protected int callVariadic(Call call, long a, long b, long c) {
    return (int) make(call, a, b, c, 0, 0, 0, 0);
  }
}
