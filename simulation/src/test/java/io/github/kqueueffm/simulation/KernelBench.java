package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A simulated system with memory for the arguments of its calls. */
final class KernelBench extends SystemFixture {
  static final long POLL = 0;
  static final long SOON = 2000;
  private static final int ROOM = 4096;
  private static final int EVENTS = 16;

  private final SimulatedSystem system;
  private final Kevent kevent;
  private final long changes = NativeMemory.allocate(ROOM);
  private final long events = NativeMemory.allocate(ROOM);
  private final long memory = NativeMemory.allocate(ROOM);
  private int count;

  /** An event, or the answer to a change. */
  record Event(long ident, int filter, int flags, int fflags, long data, long udata) {}

  KernelBench(SimulatedSystem system) {
    this(system, Faults.NONE);
  }

  KernelBench(SimulatedSystem system, Faults faults) {
    this(system, Simulation.inRealTime(system, Set.of(), faults));
  }

  /** A system of virtual time; the calling thread is stepped. */
  static KernelBench stepped(SimulatedSystem system) {
    return new KernelBench(system, Simulation.seeded(system, 1, Faults.NONE));
  }

  private KernelBench(SimulatedSystem system, Simulation simulation) {
    super(simulation);
    this.system = system;
    kevent = system == SimulatedSystem.LINUX ? null : new Kevent(simulation.world());
  }

  /** {@return the systems that have a kqueue} */
  static Stream<SimulatedSystem> bsds() {
    return Stream.of(SimulatedSystem.values()).filter(one -> one != SimulatedSystem.LINUX);
  }

  boolean is(String... releases) {
    return List.of(releases).contains(system.release());
  }

  int flags(Constant... flags) {
    int all = 0;
    for (Constant flag : flags) {
      all |= number(flag);
    }
    return all;
  }

  int error(Errno errno) {
    return -platform.number(errno);
  }

  int kqueue() {
    return expect(kernel.kqueue());
  }

  /** {@return the read end and the write end of a pipe that does not block} */
  int[] pipe() {
    expect(kernel.pipe(name));
    return nonBlockingPair();
  }

  /** {@return two connected local streams that do not block} */
  int[] localPair() {
    return localPair(Constant.SOCK_STREAM);
  }

  long write(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Memory.copy(bytes, 0, memory, bytes.length);
    return kernel.write(fd, memory, bytes.length);
  }

  /** {@return what was read, or {@code null} after an error} */
  String read(int fd) {
    int length = (int) kernel.read(fd, memory, ROOM);
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    Memory.copy(memory, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** {@return the address of a path's bytes} */
  long path(Path path) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    Memory.copy(bytes, 0, memory, bytes.length);
    Memory.putByte(memory + bytes.length, 0);
    return memory;
  }

  /** {@return memory that no other method uses} */
  long scratch() {
    return memory + ROOM / 2;
  }

  KernelBench change(long ident, Constant filter, int flags, int fflags, long data, long udata) {
    kevent.ident = ident;
    kevent.filter = filter == null ? 0 : number(filter);
    kevent.flags = flags;
    kevent.fflags = fflags;
    kevent.data = data;
    kevent.udata = udata;
    kevent.write(changes + (long) count++ * kevent.size);
    return this;
  }

  KernelBench change(long ident, Constant filter, Constant... flags) {
    return change(ident, filter, flags(flags), 0, 0, 7);
  }

  KernelBench add(long ident, Constant filter, Constant... more) {
    int flags = flags(Constant.EV_ADD, Constant.EV_ENABLE) | flags(more);
    return change(ident, filter, flags, 0, 0, 7);
  }

  /** Makes the changes in a call without room for events. */
  int apply(int kqueue) {
    return kevent(kqueue, 0, 0, POLL);
  }

  int kevent(int kqueue, long list, int nevents, long millis) {
    timespec(millis / 1000, millis % 1000 * 1_000_000);
    int made = count;
    count = 0;
    return kernel.kevent(kqueue, changes, made, list, nevents, timespec());
  }

  long timespec() {
    return memory + ROOM - 64;
  }

  void timespec(long seconds, long nanos) {
    Memory.putLong(timespec(), seconds);
    Memory.putLong(timespec() + Long.BYTES, nanos);
  }

  /** A call with room for so many events. */
  int call(int kqueue, int nevents, long millis) {
    return kevent(kqueue, events, nevents, millis);
  }

  /** Makes the changes and waits for events. */
  List<Event> await(int kqueue, long millis) {
    int found = call(kqueue, EVENTS, millis);
    assertThat(found).isNotNegative();
    List<Event> list = new ArrayList<>();
    for (int i = 0; i < found; i++) {
      list.add(event(i));
    }
    return list;
  }

  Event event(int index) {
    kevent.read(events + (long) index * kevent.size);
    return new Event(
        kevent.ident, kevent.filter, kevent.flags, kevent.fflags, kevent.data, kevent.udata);
  }

  Event one(int kqueue) {
    List<Event> list = await(kqueue, SOON);
    assertThat(list).hasSize(1);
    return list.get(0);
  }

  void silent(int kqueue) {
    assertThat(await(kqueue, POLL)).isEmpty();
  }

  boolean has(Event event, Constant flag) {
    return (event.flags() & number(flag)) != 0;
  }

  @Override
  public void close() {
    super.close();
    NativeMemory.free(changes);
    NativeMemory.free(events);
    NativeMemory.free(memory);
  }
}
