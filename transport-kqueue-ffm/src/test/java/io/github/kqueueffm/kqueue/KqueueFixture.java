package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A kqueue and descriptors to try it on, by one thread. */
final class KqueueFixture implements AutoCloseable {
  private static final int MOST = 128;
  private static final int BUFFER = 1 << 16;

  final Kernel kernel;
  final Platform platform;
  final Kqueue kqueue;
  private final KeventLayout layout;
  private final long changes;
  private final long events;
  private final long timespec;
  private final long buffer;
  private final Set<Integer> descriptors = new HashSet<>();
  private int pending;

  KqueueFixture(Kernel kernel, Kqueue kqueue) {
    this.kernel = kernel;
    this.kqueue = kqueue;
    platform = kernel.platform();
    layout = kqueue.layout();
    changes = NativeMemory.allocate((long) MOST * layout.size());
    events = NativeMemory.allocate((long) MOST * layout.size());
    timespec = NativeMemory.allocate(platform.struct("timespec").size());
    buffer = NativeMemory.allocate(BUFFER);
  }

  /** An event, or the answer to a change. */
  record Event(long ident, int filter, int flags, int fflags, long data, long udata) {}

  int get(Constant constant) {
    return platform.get(constant);
  }

  int flags(Constant... names) {
    int flags = 0;
    for (Constant name : names) {
      flags |= get(name);
    }
    return flags;
  }

  int number(Errno errno) {
    return platform.number(errno);
  }

  boolean is(Event event, Constant flag) {
    return (event.flags() & get(flag)) != 0;
  }

  /** Adds a change to the next call. */
  KqueueFixture change(long ident, Constant filter, int flags, int fflags, long data, long udata) {
    layout.put(
        changes + (long) pending++ * layout.size(), ident, get(filter), flags, fflags, data, udata);
    return this;
  }

  KqueueFixture change(long ident, Constant filter, long udata, Constant... flags) {
    return change(ident, filter, flags(flags), 0, 0, udata);
  }

  /** Adds the enabling of a knote to the next call, in the form in which the system reports. */
  KqueueFixture enable(long ident, Constant filter, long udata, Constant... mode) {
    int flags = get(Constant.EV_ENABLE);
    if (!SystemPromise.ENABLED_KNOTE_FIRES.isKept()) {
      flags |= get(Constant.EV_ADD) | flags(mode);
    }
    return change(ident, filter, flags, 0, 0, udata);
  }

  /** Sends the changes without room for events; 0 or the negative errno. */
  int send() {
    return kqueue.kevent(changes, taken(), 0, 0, 0);
  }

  /** Sends the changes, each of which has to go well. */
  void apply() {
    assertThat(send()).isZero();
  }

  private int taken() {
    int count = pending;
    pending = 0;
    return count;
  }

  /** Sends the changes and takes what is ready. */
  List<Event> poll() {
    return await(0, MOST);
  }

  /** Sends the changes and waits for events, up to 10 seconds. */
  List<Event> await() {
    return await(10_000, MOST);
  }

  /** The one event that there is, or comes within 10 seconds. */
  Event awaitOne() {
    List<Event> found = await();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  List<Event> await(long millis, int most) {
    return awaitNanos(millis * 1_000_000, most);
  }

  List<Event> awaitNanos(long nanos, int most) {
    return events(events, call(nanos, most));
  }

  private List<Event> events(long from, int count) {
    assertThat(count).as("kevent").isNotNegative();
    List<Event> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(event(from + (long) i * layout.size()));
    }
    return found;
  }

  /** Sends the changes with their own memory as the event array, and does not wait. */
  List<Event> awaitInPlace() {
    return events(changes, call(0, changes, pending));
  }

  /** The bare call. */
  int call(long nanos, int most) {
    return call(nanos, events, most);
  }

  /** Sends the changes and waits without a time-out; the bare call. */
  int callForEver(int most) {
    return kqueue.kevent(changes, taken(), events, most, 0);
  }

  /** The events of a call without a time-out. */
  List<Event> awaitForEver() {
    return events(events, callForEver(MOST));
  }

  private int call(long nanos, long into, int most) {
    Memory.putLong(timespec + platform.struct("timespec").offset("tv_sec"), nanos / 1_000_000_000);
    Memory.putLong(timespec + platform.struct("timespec").offset("tv_nsec"), nanos % 1_000_000_000);
    return kqueue.kevent(changes, taken(), into, most, timespec);
  }

  private Event event(long at) {
    return new Event(
        layout.ident(at),
        layout.filter(at),
        layout.flags(at),
        layout.fflags(at),
        layout.data(at),
        layout.udata(at));
  }

  /** Two connected stream sockets of AF_UNIX. */
  int[] pair() {
    int type = get(Constant.SOCK_STREAM);
    assertThat(kernel.socketpair(get(Constant.AF_UNIX), type, 0, buffer)).isZero();
    return ends();
  }

  /** A pipe: the end to read from, the end to write to. */
  int[] pipe() {
    assertThat(kernel.pipe(buffer)).isZero();
    return ends();
  }

  private int[] ends() {
    return new int[] {own(Memory.getInt(buffer)), own(Memory.getInt(buffer + Integer.BYTES))};
  }

  private int own(int fd) {
    assertThat(fd).isNotNegative();
    descriptors.add(fd);
    kernel.fcntl(fd, get(Constant.F_SETFL), get(Constant.O_NONBLOCK));
    return fd;
  }

  /** A listening TCP socket on the loopback address. */
  KernelSocket listener() throws IOException {
    KernelSocket listener = tcp();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.listen(16);
    return listener;
  }

  KernelSocket tcp() throws IOException {
    return socket(Constant.SOCK_STREAM);
  }

  KernelSocket udp() throws IOException {
    return socket(Constant.SOCK_DGRAM);
  }

  private KernelSocket socket(Constant type) throws IOException {
    KernelSocket socket = KernelSocket.open(kernel, get(Constant.AF_INET), get(type));
    descriptors.add(socket.fd());
    return socket;
  }

  /** Two connected TCP sockets. */
  int[] tcpPair() throws IOException {
    KernelSocket listener = listener();
    KernelSocket client = tcp();
    client.connect(listener.localAddress());
    change(listener.fd(), Constant.EVFILT_READ, 0, Constant.EV_ADD, Constant.EV_ONESHOT);
    awaitOne();
    int accepted = own(listener.accept(kernel, 0, 0));
    close(listener.fd());
    return new int[] {client.fd(), accepted};
  }

  int dup(int fd) {
    return own(kernel.dup(fd));
  }

  /** Sets SO_LINGER to 0 and closes, so that the peer of a TCP socket sees a reset. */
  void reset(int fd) {
    Memory.putInt(buffer, 1);
    Memory.putInt(buffer + Integer.BYTES, 0);
    int level = get(Constant.SOL_SOCKET);
    assertThat(kernel.setsockopt(fd, level, get(Constant.SO_LINGER), buffer, 8)).isZero();
    close(fd);
  }

  /** Memory to read to and to write from. */
  long buffer() {
    return buffer;
  }

  void write(int fd, int bytes) {
    assertThat(kernel.write(fd, buffer, bytes)).isEqualTo(bytes);
  }

  /** Writes until nothing more is taken. */
  void fill(int fd) {
    long written;
    do {
      written = kernel.write(fd, buffer, BUFFER);
    } while (written > 0);
    assertThat(-written).isEqualTo(number(Errno.EAGAIN));
  }

  /** Reads all that there is; the last answer: 0 at the end of the stream or the negative errno. */
  long drain(int fd) {
    long read;
    do {
      read = kernel.read(fd, buffer, BUFFER);
    } while (read > 0);
    return read;
  }

  void shutdownWrite(int fd) {
    assertThat(kernel.shutdown(fd, get(Constant.SHUT_WR))).isZero();
  }

  /** Forgets and closes. */
  void close(int fd) {
    kqueue.forget(fd);
    closeBehind(fd);
  }

  /** Closes without a word to the kqueue. */
  void closeBehind(int fd) {
    descriptors.remove(fd);
    assertThat(kernel.close(fd)).isZero();
  }

  /**
   * Closes a descriptor that the kqueue does not forget and puts another file under its number, in
   * one call: in between, another thread could get the number.
   */
  void replaceBehind(int fd, int file) {
    descriptors.remove(fd);
    assertThat(kernel.dup2(file, fd)).isEqualTo(fd);
    assertThat(kernel.close(file)).isZero();
  }

  @Override
  public void close() {
    kqueue.close();
    descriptors.forEach(kernel::close);
    NativeMemory.free(changes);
    NativeMemory.free(events);
    NativeMemory.free(timespec);
    NativeMemory.free(buffer);
  }
}
