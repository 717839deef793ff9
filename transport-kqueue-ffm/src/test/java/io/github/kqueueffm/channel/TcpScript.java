package io.github.kqueueffm.channel;

import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a TCP socket's life is made of, as expectations of a script. */
final class TcpScript {
  /** The descriptor of a socket that takes another one's place. */
  static final int FRESH = 4;

  private static final int PROBE = 3;

  private final Os os;
  private final ScriptedKernel script;
  private final Map<Integer, Integer> families = new HashMap<>();
  private final Set<Integer> undecided = new HashSet<>();
  private boolean stackKnown;
  private boolean hasAccept4;

  TcpScript(Os os, ScriptedKernel script) {
    this.os = os;
    this.script = script;
    hasAccept4 = os.creationFlags() != 0;
  }

  /** Takes accept4(2) away. */
  void withoutAccept4() {
    hasAccept4 = false;
    script.without(Call.ACCEPT4);
  }

  /** A new client of the family that suits the system best, which is found out the first time. */
  void socket(int fd) {
    internetSocket(fd, os.clientInet(), Os.SOCK_STREAM);
  }

  /** A new socket to listen with. */
  void listener(int fd) {
    internetSocket(fd, os.inet(), Os.SOCK_STREAM);
  }

  void datagramSocket(int fd) {
    internetSocket(fd, os.inet(), Os.SOCK_DGRAM);
    if (os.choosesDatagramFamily()) {
      undecided.add(fd);
    }
  }

  private void internetSocket(int fd, int family, int type) {
    if (!stackKnown) {
      stackKnown = true;
      probeStack();
    }
    fresh(fd, family, type);
    families.put(fd, family);
  }

  private void fresh(int fd, int family, int type) {
    socket(fd, family, type);
    if (family == os.inet6()) {
      Expectation v6Only = option(fd, Os.IPPROTO_IPV6, Os.IPV6_V6ONLY, 0);
      if (os.v6OnlyErrno() != null) {
        v6Only.fails(os.v6OnlyErrno());
      }
    }
  }

  /** Another socket of that family is made, gets its options, and takes the place of this one. */
  void replaced(int fd, int family, int type, Runnable options) {
    fresh(FRESH, family, type);
    options.run();
    script.expect("dup3", FRESH, fd, os.closeOnExec()).answers(fd);
    close(FRESH);
    families.put(fd, family);
  }

  /** The first address of a datagram socket, where it decides of which family that is. */
  private void decides(int fd) {
    if (undecided.remove(fd) && families.get(fd) != os.datagramInet()) {
      replaced(fd, os.datagramInet(), Os.SOCK_DGRAM, () -> {});
    }
  }

  /** The struct sockaddr of an address in the form that a socket takes. */
  byte[] address(int fd, String ip, int port) {
    return os.address(families.getOrDefault(fd, os.inet()), ip, port);
  }

  void localSocket(int fd) {
    socket(fd, Os.AF_UNIX, Os.SOCK_STREAM);
  }

  void localDatagramSocket(int fd) {
    socket(fd, Os.AF_UNIX, Os.SOCK_DGRAM);
  }

  private void socket(int fd, int family, int type) {
    script.expect("socket", family, type | os.creationFlags(), 0).answers(fd);
    if (os.creationFlags() == 0) {
      flags(fd);
    }
    if (os.noSigpipe() != 0) {
      option(fd, Os.SOL_SOCKET, os.noSigpipe(), 1);
    }
  }

  private void probeStack() {
    script.expect("socket", os.inet6(), Os.SOCK_DGRAM, 0).answers(PROBE);
    Expectation v6Only = option(PROBE, Os.IPPROTO_IPV6, Os.IPV6_V6ONLY, 0);
    if (os.v6OnlyErrno() != null) {
      v6Only.fails(os.v6OnlyErrno());
    }
    script.expect("close", PROBE);
  }

  /** O_NONBLOCK and FD_CLOEXEC where a new descriptor lacks them. */
  void flags(int fd) {
    script.expect("fcntl", fd, Os.F_SETFL, Os.O_NONBLOCK);
    script.expect("fcntl", fd, Os.F_SETFD, Os.FD_CLOEXEC);
  }

  Expectation option(int fd, int level, int name, int value) {
    return script.expect("setsockopt", fd, level, name, ANY, 4).with(3, Os.ints(value));
  }

  /** Answers getsockopt(SO_ERROR) with that number. */
  void soError(int fd, int errno) {
    script
        .expect("getsockopt", fd, Os.SOL_SOCKET, Os.SO_ERROR)
        .with(4, Os.ints(4))
        .writesInts(3, errno)
        .writesInts(4, 4);
  }

  void bind(int fd, String ip, int port) {
    decides(fd);
    byte[] address = address(fd, ip, port);
    script.expect("bind", fd, ANY, address.length).with(1, address);
  }

  void listen(int fd, int backlog) {
    script.expect("listen", fd, backlog);
  }

  /** A connection is accepted and becomes a channel. */
  void accept(int listener, int fd, String ip, int port) {
    accept(listener, fd, os.address(ip, port));
  }

  /** A connection is accepted, with an address of that family, and becomes a channel. */
  void accept(int listener, int fd, String ip, int port, int family) {
    accept(listener, fd, os.address(family, ip, port));
  }

  /** The kernel accepts a connection and writes no address. */
  void acceptWithoutAddress(int listener, int fd) {
    accept(listener, fd, new byte[0]);
  }

  private void accept(int listener, int fd, byte[] address) {
    accepting(listener, fd, address);
    option(fd, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
  }

  /** A connection is accepted with all its flags. */
  void accepting(int listener, int fd, String ip, int port) {
    accepting(listener, fd, os.address(ip, port));
  }

  private void accepting(int listener, int fd, byte[] address) {
    accept(listener).writes(1, address).writesInts(2, address.length).answers(fd);
    if (!hasAccept4) {
      flags(fd);
    }
  }

  /** The call for a next connection. */
  Expectation accept(int listener) {
    return hasAccept4
        ? script.expect("accept4", listener, ANY, ANY, os.creationFlags())
        : script.expect("accept", listener);
  }

  /** A policy answers in the call's place, and in that of the other call that could do the same. */
  void forbidAccept(int listener, Errno errno) {
    accept(listener).fails(errno);
    if (hasAccept4) {
      script.expect("accept", listener).fails(errno);
    }
  }

  void nothingToAccept(int listener) {
    accept(listener).fails(Errno.EAGAIN);
  }

  Expectation connect(int fd, String ip, int port) {
    decides(fd);
    byte[] address = address(fd, ip, port);
    return script.expect("connect", fd, ANY, address.length).with(1, address);
  }

  /** macOS's connect with data that may go with the SYN, of which the kernel takes so much. */
  Expectation connectx(int fd, String ip, int port, String text, int taken) {
    byte[] address = address(fd, ip, port);
    return script
        .expect("connectx", fd, ANY, Os.SAE_ASSOCID_ANY, Os.CONNECT_DATA_IDEMPOTENT, ANY, 1, ANY, 0)
        .where(call -> {
          long destination = little(call.bytes(1, 40)).getLong(24);
          byte[] actual = new byte[address.length];
          Memory.copy(destination, actual, 0, actual.length);
          return Arrays.equals(call.bytes(1, 40), Os.destination(destination, address.length))
                  && Arrays.equals(actual, address)
              ? null
              : "its endpoints are others";
        })
        .where(call -> objection(call.argument(4), text))
        .writesInts(6, taken, 0);
  }

  /** Answers getpeername with an address. */
  void peerName(int fd, String ip, int port) {
    byte[] address = address(fd, ip, port);
    script.expect("getpeername", fd).writes(1, address).writesInts(2, address.length);
  }

  void recv(int fd, String text) {
    recv(fd).writes(1, text.getBytes(US_ASCII)).answers(text.length());
  }

  /** The end of the stream. */
  void recvEnd(int fd) {
    recv(fd).answers(0);
  }

  void recvFails(int fd, Errno errno) {
    recv(fd).fails(errno);
  }

  private Expectation recv(int fd) {
    return script.expect("recv", fd, ANY, ANY, 0);
  }

  /** All of it is sent. */
  void send(int fd, String text) {
    sending(fd, text).answers(text.length());
  }

  Expectation sending(int fd, String text) {
    return script
        .expect("send", fd, ANY, text.length(), os.msgNoSignal())
        .with(1, text.getBytes(US_ASCII));
  }

  /** Several buffers are sent by one call, without SIGPIPE; not answered yet. */
  Expectation gathering(int fd, String... texts) {
    if (os.noSigpipe() != 0) {
      return script
          .expect("writev", fd, ANY, texts.length)
          .where(call -> objection(call.argument(1), texts));
    }
    // struct msghdr of the BSDs: 48 bytes, with 4 bytes of msg_iovlen.
    return script
        .expect("sendmsg", fd, ANY, os.msgNoSignal())
        .where(call -> {
          ByteBuffer header = little(call.bytes(1, 48));
          boolean bare = header.getLong(0) == 0 && header.getLong(32) == 0;
          return bare && header.getInt(8) == 0 && header.getInt(40) == 0
              ? null
              : "it has an address or control messages";
        })
        .where(call -> {
          ByteBuffer header = little(call.bytes(1, 48));
          return header.getInt(24) == texts.length
              ? objection(header.getLong(16), texts)
              : "it has " + header.getInt(24) + " parts";
        });
  }

  private static String objection(long iovecs, String... texts) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      long address = Memory.getLong(iovecs + 16L * i);
      byte[] bytes = new byte[(int) Memory.getLong(iovecs + 16L * i + 8)];
      Memory.copy(address, bytes, 0, bytes.length);
      parts.add(new String(bytes, US_ASCII));
    }
    return parts.equals(List.of(texts)) ? null : "its parts are " + parts;
  }

  void close(int fd) {
    script.expect("close", fd);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
