package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;

/** System calls of a simulated system, with texts and addresses in place of memory. */
final class Calls extends SystemFixture {
  private static final int ROOM = 1 << 20;

  private final long memory = NativeMemory.allocate(ROOM + Long.BYTES);
  private final long length = memory + ROOM;

  Calls(SimulatedSystem system) {
    this(Simulation.inRealTime(system, EnumSet.noneOf(Quirk.class), Faults.NONE));
  }

  Calls(Simulation simulation) {
    super(simulation);
  }

  int tcp6() {
    return socket(Constant.AF_INET6, Constant.SOCK_STREAM);
  }

  int local() {
    return socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
  }

  void block(int fd, boolean block) {
    kernel.fcntl(fd, number(Constant.F_SETFL), block ? 0 : number(Constant.O_NONBLOCK));
  }

  /** {@return a listener at an address} */
  int listener(Address address, int backlog) {
    int fd = address.kind() == Address.Kind.IPV4 ? tcp() : tcp6();
    expect(bind(fd, address));
    expect(kernel.listen(fd, backlog));
    return fd;
  }

  int listener() {
    return listener(loopback(0), 16);
  }

  /** {@return a client and the connection that its server accepted} */
  int[] connected() {
    int listener = listener();
    int[] pair = connectTo(listener);
    kernel.close(listener);
    return pair;
  }

  int[] connectTo(int listener) {
    int client = tcp();
    connect(client, localName(listener));
    int server = kernel.accept(listener, 0, 0);
    expect(server);
    block(server, false);
    return new int[] {client, server};
  }

  /** {@return both ends of a socketpair} */
  int[] localPair() {
    return localPair(Constant.SOCK_STREAM);
  }

  String fastOpen(int fd, Address address, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(bytes, 0, memory, bytes.length);
    int size = encode(fd, address);
    return outcome(
        kernel.sendto(fd, memory, bytes.length, number(Constant.MSG_FASTOPEN), name, size));
  }

  Address localName(int fd) {
    Memory.putInt(length, NAME);
    expect(kernel.getsockname(fd, name, length));
    return decode(Memory.getInt(length));
  }

  /** {@return the peer's address as text, or the name of the errno} */
  String peerName(int fd) {
    Memory.putInt(length, NAME);
    int result = kernel.getpeername(fd, name, length);
    return result < 0 ? outcome(result) : decode(Memory.getInt(length)).toString();
  }

  String accept(int fd) {
    return outcome(kernel.accept(fd, 0, 0));
  }

  String send(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(bytes, 0, memory, bytes.length);
    return outcome(kernel.write(fd, memory, bytes.length));
  }

  /** Sends so many bytes, each the low byte of its index after that start. */
  long sendBytes(int fd, int from, int count) {
    for (int i = 0; i < count; i++) {
      Memory.putByte(memory + i, from + i);
    }
    return kernel.write(fd, memory, count);
  }

  /** Receives bytes as {@link #sendBytes} sends them, and checks each. */
  long receiveBytes(int fd, int from, int room) {
    long received = kernel.read(fd, memory, Math.min(room, ROOM));
    for (int i = 0; i < received; i++) {
      if (Memory.getByte(memory + i) != (byte) (from + i)) {
        throw new AssertionError("byte " + (from + i) + " is " + Memory.getByte(memory + i));
      }
    }
    return received;
  }

  /** {@return what was received, "end", or the name of the errno} */
  String receive(int fd) {
    long received = kernel.read(fd, memory, 64);
    if (received <= 0) {
      return received == 0 ? "end" : outcome(received);
    }
    byte[] bytes = new byte[(int) received];
    Memory.copy(memory, bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  String receiveNothing(int fd) {
    return outcome(kernel.recv(fd, memory, 0, 0));
  }

  String readNothing(int fd) {
    return outcome(kernel.read(fd, memory, 0));
  }

  String shutdown(int fd, Constant how) {
    return outcome(kernel.shutdown(fd, number(how)));
  }

  int option(int fd, Constant level, Constant option) {
    Memory.putInt(length, Integer.BYTES);
    expect(kernel.getsockopt(fd, number(level), number(option), name, length));
    return Memory.getInt(name);
  }

  void option(int fd, Constant level, Constant option, int value) {
    Memory.putInt(name, value);
    expect(kernel.setsockopt(fd, number(level), number(option), name, Integer.BYTES));
  }

  void on(int fd, Constant option) {
    option(fd, Constant.SOL_SOCKET, option, 1);
  }

  /** {@return SO_ERROR's name, or 0} */
  String error(int fd) {
    return outcome(-option(fd, Constant.SOL_SOCKET, Constant.SO_ERROR));
  }

  /** Closes with SO_LINGER of 0. */
  void reset(int fd) {
    Memory.clear(name, 16);
    Memory.putInt(name, 1);
    int size = platform.struct("linger").size();
    expect(
        kernel.setsockopt(fd, number(Constant.SOL_SOCKET), number(Constant.SO_LINGER), name, size));
    kernel.close(fd);
  }

  FilterState read(int fd) {
    FilterState state = new FilterState();
    world().descriptors.get(fd).readState(state, 1);
    return state;
  }

  FilterState write(int fd) {
    FilterState state = new FilterState();
    world().descriptors.get(fd).writeState(state, 1);
    return state;
  }

  /** {@return a state as text} */
  String text(FilterState state) {
    return (state.active ? "active " : "silent ")
        + state.data
        + (state.eof ? " EOF" : "")
        + (state.errno == 0 ? "" : " " + outcome(-state.errno));
  }

  /** {@return the names of the EPOLL bits} */
  String poll(int fd) {
    int mask = world().descriptors.get(fd).pollMask();
    StringBuilder text = new StringBuilder();
    for (Constant bit :
        new Constant[] {
          Constant.EPOLLIN,
          Constant.EPOLLOUT,
          Constant.EPOLLRDHUP,
          Constant.EPOLLHUP,
          Constant.EPOLLERR
        }) {
      if ((mask & number(bit)) != 0) {
        text.append(text.isEmpty() ? "" : "|").append(bit.name().substring("EPOLL".length()));
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    super.close();
    NativeMemory.free(memory);
  }
}
