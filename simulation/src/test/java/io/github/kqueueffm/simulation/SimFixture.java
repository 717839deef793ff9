package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A simulated system for a test, with its calls in Java's types. Sockets are non-blocking. Results
 * are those of {@link Kernel}; {@link #outcome} makes them readable.
 */
final class SimFixture extends SystemFixture {
  private static final int ROOM = 1 << 18;
  private static final int CONTROL = 4096;

  private final long memory = NativeMemory.allocate(ROOM);
  private final long length = NativeMemory.allocate(Long.BYTES);
  private final long control = NativeMemory.allocate(CONTROL);
  private final long header = NativeMemory.allocate(NAME);
  private final long value = NativeMemory.allocate(NAME);

  SimFixture(SimulatedSystem system) {
    super(Simulation.inRealTime(system));
  }

  @Override
  public void close() {
    super.close();
    List.of(memory, length, control, header, value).forEach(NativeMemory::free);
  }

  int udp() {
    return socket(Constant.AF_INET, Constant.SOCK_DGRAM);
  }

  /** {@return a UDP socket of AF_INET6, for both families where there are such} */
  int udp6() {
    int fd = socket(Constant.AF_INET6, Constant.SOCK_DGRAM);
    set(fd, Constant.IPPROTO_IPV6, Constant.IPV6_V6ONLY, 0);
    return fd;
  }

  /** {@return a UDP socket that is bound to a port of the loopback address} */
  int boundUdp() {
    int fd = udp();
    bind(fd, loopback(0));
    return fd;
  }

  int localDatagram() {
    return socket(Constant.AF_UNIX, Constant.SOCK_DGRAM);
  }

  /** {@return both ends of a TCP connection, the accepted one last} */
  int[] tcpPair() {
    int listener = tcp();
    bind(listener, loopback(0));
    kernel.listen(listener, 1);
    int client = tcp();
    connect(client, localName(listener));
    int accepted = nonBlocking(kernel.accept(listener, 0, 0));
    kernel.close(listener);
    return new int[] {client, accepted};
  }

  static Address local(Path path) {
    return Address.local(path.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Binds a local socket in a folder. */
  int bindLocal(int fd, Path path) {
    return bind(fd, local(path));
  }

  /** {@return the name of a socket, or {@code null}} */
  Address localName(int fd) {
    Memory.putInt(length, NAME);
    return kernel.getsockname(fd, name, length) < 0 ? null : decode(Memory.getInt(length));
  }

  Address peerName(int fd) {
    Memory.putInt(length, NAME);
    return kernel.getpeername(fd, name, length) < 0 ? null : decode(Memory.getInt(length));
  }

  private int put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(bytes, 0, memory, bytes.length);
    return bytes.length;
  }

  long send(int fd, String text) {
    return kernel.send(fd, memory, put(text), 0);
  }

  long send(int fd, int bytes) {
    return kernel.send(fd, memory, bytes, 0);
  }

  long sendTo(int fd, String text, Address to) {
    int room = put(text);
    return kernel.sendto(fd, memory, room, 0, name, encode(fd, to));
  }

  long sendTo(int fd, int bytes, Address to) {
    return kernel.sendto(fd, memory, bytes, 0, name, encode(fd, to));
  }

  /** {@return what recv gives: the text, or the outcome of an error} */
  String receive(int fd) {
    long result = kernel.recv(fd, memory, ROOM, 0);
    return result < 0 ? outcome(result) : text(result);
  }

  private String text(long bytes) {
    byte[] text = new byte[(int) bytes];
    Memory.copy(memory, text, 0, text.length);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * What recvmsg gives.
   *
   * @param control the bytes of control messages
   */
  record Received(long result, String text, Address from, int flags, byte[] control) {}

  Received receiveMessage(int fd, int room, int controlRoom, int flags) {
    fillHeader(room, controlRoom);
    long result = kernel.recvmsg(fd, header, flags);
    Struct struct = platform.struct("msghdr");
    int named = Memory.getInt(header + struct.offset("msg_namelen"));
    byte[] messages =
        new byte
            [(int)
                Memory.getUnsigned(
                    header + struct.offset("msg_controllen"), struct.width("msg_controllen"))];
    Memory.copy(control, messages, 0, messages.length);
    return new Received(
        result,
        result < 0 ? outcome(result) : text(result),
        result < 0 || named == 0 ? null : decode(named),
        Memory.getInt(header + struct.offset("msg_flags")),
        messages);
  }

  private void fillHeader(int room, int controlRoom) {
    Struct struct = platform.struct("msghdr");
    Memory.clear(header, NAME);
    Struct iovec = platform.struct("iovec");
    Memory.putLong(value + iovec.offset("iov_base"), memory);
    Memory.putLong(value + iovec.offset("iov_len"), room);
    Memory.putLong(header + struct.offset("msg_name"), name);
    Memory.putInt(header + struct.offset("msg_namelen"), NAME);
    Memory.putLong(header + struct.offset("msg_iov"), value);
    Memory.put(header + struct.offset("msg_iovlen"), struct.width("msg_iovlen"), 1);
    Memory.putLong(header + struct.offset("msg_control"), controlRoom == 0 ? 0 : control);
    Memory.put(
        header + struct.offset("msg_controllen"), struct.width("msg_controllen"), controlRoom);
  }

  /** The bytes that a control message with so much data takes, without padding at its end. */
  int controlSpace(int bytes) {
    int align = number(Constant.CMSG_ALIGN);
    return (platform.struct("cmsghdr").size() + align - 1 & -align) + bytes;
  }

  /** Sends a byte with descriptors. */
  long sendDescriptors(int fd, int... descriptors) {
    put("x");
    int space = controlSpace(Integer.BYTES * descriptors.length);
    fillHeader(1, space);
    Memory.putLong(header + platform.struct("msghdr").offset("msg_name"), 0);
    Memory.putInt(header + platform.struct("msghdr").offset("msg_namelen"), 0);
    Struct struct = platform.struct("cmsghdr");
    Memory.put(control, struct.width("cmsg_len"), space);
    Memory.putInt(control + struct.offset("cmsg_level"), number(Constant.SOL_SOCKET));
    Memory.putInt(control + struct.offset("cmsg_type"), number(Constant.SCM_RIGHTS));
    for (int i = 0; i < descriptors.length; i++) {
      Memory.putInt(control + controlSpace(0) + (long) i * Integer.BYTES, descriptors[i]);
    }
    return kernel.sendmsg(fd, header, 0);
  }

  /** {@return the descriptors in received control messages} */
  List<Integer> descriptors(Received received) {
    List<Integer> descriptors = new ArrayList<>();
    if (received.control.length == 0) {
      return descriptors;
    }
    long filled = Memory.getUnsigned(control, platform.struct("cmsghdr").width("cmsg_len"));
    long end = Math.min(filled, received.control.length);
    for (int at = controlSpace(0); at + Integer.BYTES <= end; at += Integer.BYTES) {
      descriptors.add(Memory.getInt(control + at));
    }
    return descriptors;
  }

  int set(int fd, Constant level, Constant option, int number) {
    Memory.putInt(value, number);
    return kernel.setsockopt(fd, number(level), number(option), value, Integer.BYTES);
  }

  int set(int fd, Constant level, Constant option, byte[] bytes) {
    Memory.copy(bytes, 0, value, bytes.length);
    return kernel.setsockopt(fd, number(level), number(option), value, bytes.length);
  }

  /** {@return the option's number, or the outcome of an error} */
  String get(int fd, Constant level, Constant option) {
    Memory.putLong(value, 0);
    int result = getBytes(fd, level, option, Integer.BYTES);
    return result < 0 ? outcome(result) : Integer.toString(Memory.getInt(value));
  }

  /** {@return how many bytes getsockopt wrote, or the negative errno} {@link #valueAt} has them. */
  int getBytes(int fd, Constant level, Constant option, int room) {
    Memory.putInt(length, room);
    int result = kernel.getsockopt(fd, number(level), number(option), value, length);
    return result < 0 ? result : Memory.getInt(length);
  }

  /** {@return an int of the option's value} */
  int valueAt(int offset) {
    return Memory.getInt(value + offset);
  }

  int setLinger(int fd, Constant option, int seconds) {
    Memory.putInt(value, seconds < 0 ? 0 : 1);
    Memory.putInt(value + Integer.BYTES, Math.max(0, seconds));
    return kernel.setsockopt(
        fd, number(Constant.SOL_SOCKET), number(option), value, platform.struct("linger").size());
  }

  /** {@return l_linger, -1 if it is off} */
  int linger(int fd, Constant option) {
    int result = getBytes(fd, Constant.SOL_SOCKET, option, platform.struct("linger").size());
    return result < 0 ? result : valueAt(0) == 0 ? -1 : valueAt(Integer.BYTES);
  }

  /** Receives or sends several datagrams with a text each. */
  long many(int fd, boolean send, String text, Address... names) {
    Struct struct = platform.struct("mmsghdr");
    Struct msghdr = platform.struct("msghdr");
    long array = NativeMemory.allocate((long) names.length * (struct.size() + 2L * NAME));
    long addresses = array + (long) names.length * struct.size();
    try {
      for (int i = 0; i < names.length; i++) {
        long at = array + (long) i * struct.size();
        long its = addresses + (long) i * NAME;
        int bytes = world().addresses.write(names[i], isInet6(fd), its, NAME);
        fillHeader(put(text), 0);
        Memory.copy(header, at, msghdr.size());
        Memory.putLong(at + msghdr.offset("msg_name"), its);
        Memory.putInt(at + msghdr.offset("msg_namelen"), bytes);
      }
      return send
          ? kernel.sendmmsg(fd, array, names.length, 0)
          : kernel.recvmmsg(fd, array, names.length, 0, 0);
    } finally {
      NativeMemory.free(array);
    }
  }
}
