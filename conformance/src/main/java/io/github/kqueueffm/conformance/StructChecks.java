package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Msghdr;
import io.github.kqueueffm.syscall.PeerCredentials;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.TcpInfo;
import io.github.kqueueffm.syscall.UnixAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Layouts of further structs: kevent, iovec, msghdr, cmsghdr, credentials. */
final class StructChecks {
  private static final String GROUP = "ABI: structs";
  private static final int SOON = 1000;

  private StructChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "kevent echoes all 64 bits of udata", StructChecks::udata),
        new Check(GROUP, "kevents follow each other at the right distance", StructChecks::stride),
        new Check(GROUP, "writev gathers, readv scatters", StructChecks::vectors),
        new Check(GROUP, "recvmsg tells sender and truncation", StructChecks::messageHeader),
        new Check(GROUP, "a descriptor can be passed", StructChecks::passDescriptor),
        new Check(GROUP, "a passed descriptor is close-on-exec", StructChecks::passedIsCloseOnExec),
        new Check(GROUP, "a local peer's user is known", StructChecks::credentials),
        new Check(
            GROUP,
            "a local peer's user is known after it has closed",
            StructChecks::credentialsOfClosed),
        new Check(GROUP, "the state of a TCP connection is known", StructChecks::tcpInfo));
  }

  private static String udata(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    long udata = 0xfedc_ba98_7654_3210L;
    RawEvent event =
        bench
            .queue()
            .add(pair.near().fd(), Constant.EVFILT_WRITE, udata, Constant.EV_ONESHOT)
            .one(SOON);
    Deviation.unless(
        event.udata() == udata && event.ident() == pair.near().fd(),
        "udata " + Long.toHexString(event.udata()) + ", ident " + event.ident());
    return "udata "
        + Long.toHexString(udata)
        + ", "
        + bench.kernel().keventStruct().size()
        + " bytes";
  }

  private static String stride(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    Set<Long> idents = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      int fd = bench.tcp().near().fd();
      idents.add((long) fd);
      queue.add(fd, Constant.EVFILT_WRITE, -fd, Constant.EV_ONESHOT);
    }
    Set<Long> seen = new HashSet<>();
    for (int round = 0; round < 3 && seen.size() < 3; round++) {
      for (RawEvent event : queue.await(SOON)) {
        Deviation.unless(event.udata() == -event.ident(), "mixed up: " + event);
        seen.add(event.ident());
      }
    }
    Deviation.unless(seen.equals(idents), "idents " + seen + " in place of " + idents);
    return seen.size() + " changes in a call, as many events";
  }

  private static String vectors(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    long memory = bench.memory(16);
    Memory.copy(new byte[] {1, 2, 3, 4, 5, 6}, 0, memory, 6);
    IovecArray iovecs = new IovecArray(bench.platform(), 3);
    try {
      add(iovecs, memory, 1, 2, 3);
      long written = bench.kernel().writev(pair.far().fd(), iovecs.address(), iovecs.count());
      Deviation.unless(written == 6, "writev of 6 bytes: " + bench.result(written));
      TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
      iovecs.clear();
      add(iovecs, memory + 8, 3, 2, 1);
      long read = bench.kernel().readv(pair.near().fd(), iovecs.address(), iovecs.count());
      Deviation.unless(read == 6, "readv of 6 bytes: " + bench.result(read));
    } finally {
      iovecs.free();
    }
    Deviation.unless(Memory.getLong(memory + 8) == 0x0605_0403_0201L, "different bytes came");
    return "3 parts each";
  }

  private static void add(IovecArray iovecs, long memory, int... lengths) {
    long at = memory;
    for (int length : lengths) {
      iovecs.add(at, length);
      at += length;
    }
  }

  private static String messageHeader(Bench bench) throws IOException {
    KernelSocket receiver = datagram(bench);
    KernelSocket sender = datagram(bench);
    sender.connect(receiver.localAddress());
    bench.send(sender.fd(), "0123456789");
    TcpPair.await(bench, receiver.fd(), Constant.EVFILT_READ);
    Msghdr header = new Msghdr(bench.platform());
    Sockaddr codec = new Sockaddr(bench.platform());
    long name = bench.memory(codec.size());
    long message = bench.memory(header.size());
    header.put(message, name, codec.size(), iovec(bench, bench.memory(4), 4), 1, 0, 0);
    long received = bench.kernel().recvmsg(receiver.fd(), message, 0);
    Deviation.unless(received == 4, "recvmsg into 4 bytes: " + bench.result(received));
    int truncated = bench.number(Constant.MSG_TRUNC);
    Deviation.unless(
        (header.flags(message) & truncated) != 0, "no MSG_TRUNC in " + header.flags(message));
    InetSocketAddress from = codec.get(name, header.nameLength(message));
    Deviation.unless(sender.localAddress().equals(from), "the sender is reported as " + from);
    return "from " + from + ", cut at 4 of 10 bytes";
  }

  private static KernelSocket datagram(Bench bench) throws IOException {
    KernelSocket socket = bench.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
    socket.bind(Bench.loopback(0));
    return socket;
  }

  private static long iovec(Bench bench, long base, int length) {
    Struct struct = bench.platform().struct("iovec");
    long iovec = bench.memory(struct.size());
    Memory.putLong(iovec + struct.offset("iov_base"), base);
    Memory.putLong(iovec + struct.offset("iov_len"), length);
    return iovec;
  }

  /**
   * Passes one end of a TCP connection through a local connection, and uses the received
   * descriptor.
   */
  private static String passDescriptor(Bench bench) throws IOException {
    TcpPair passed = bench.tcp();
    int fd = pass(bench, passed.near().fd());
    Deviation.unless(fd != passed.near().fd(), "the descriptor has the sender's number");
    bench.send(fd, "hello");
    TcpPair.await(bench, passed.far().fd(), Constant.EVFILT_READ);
    String text = bench.receive(passed.far().fd());
    Deviation.unless(text.equals("hello"), "through it came: " + text);
    return "as " + fd;
  }

  private static String passedIsCloseOnExec(Bench bench) throws IOException {
    int fd = pass(bench, bench.socket(Constant.AF_INET, Constant.SOCK_STREAM).fd());
    int flags = bench.kernel().fcntl(fd, bench.number(Constant.F_GETFD), 0);
    Deviation.unless(
        flags >= 0 && (flags & bench.number(Constant.FD_CLOEXEC)) != 0,
        "F_GETFD: " + bench.result(flags));
    return "FD_CLOEXEC is set";
  }

  /** Sends a descriptor through a local socket; returns the received one. */
  private static int pass(Bench bench, int descriptor) throws IOException {
    Platform platform = bench.platform();
    KernelSocket[] local = localPair(bench);
    ControlMessages messages = new ControlMessages(platform);
    Msghdr header = new Msghdr(platform);
    long control = bench.memory(messages.space(Integer.BYTES));
    int length = messages.putDescriptors(control, descriptor);
    long message = bench.memory(header.size());
    header.put(message, 0, 0, iovec(bench, bench.memory(1), 1), 1, control, length);
    long sent = bench.kernel().sendmsg(local[0].fd(), message, bench.sendFlags());
    Deviation.unless(sent == 1, "sendmsg with SCM_RIGHTS: " + bench.result(sent));
    TcpPair.await(bench, local[1].fd(), Constant.EVFILT_READ);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      int received = receiver.receive(bench.kernel(), local[1].fd());
      Deviation.unless(
          received == 1 && receiver.count() == 1 && !receiver.isTruncated(),
          "recvmsg: " + bench.result(received) + ", " + receiver.count() + " descriptors");
      return bench.own(receiver.descriptor(0));
    }
  }

  /** Connects local sockets by a path, because socketpair may be missing. */
  static KernelSocket[] localPair(Bench bench) throws IOException {
    UnixAddress path = UnixAddress.of(bench.folder().resolve("s").toString());
    KernelSocket listener = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    listener.bind(path);
    listener.listen(1);
    KernelSocket near = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    near.connect(path);
    return new KernelSocket[] {near, TcpPair.accept(bench, listener)};
  }

  private static String credentials(Bench bench) throws IOException {
    return credentials(bench, PeerCredentials.of(localPair(bench)[1]));
  }

  private static String credentialsOfClosed(Bench bench) throws IOException {
    KernelSocket[] pair = localPair(bench);
    pair[0].close();
    return credentials(bench, PeerCredentials.of(pair[1]));
  }

  private static String credentials(Bench bench, PeerCredentials peer) throws IOException {
    Path own = bench.folder();
    int uid = (Integer) Files.getAttribute(own, "unix:uid");
    Deviation.unless(peer.uid() == uid, "uid " + peer.uid() + " in place of " + uid);
    long pid = ProcessHandle.current().pid();
    Deviation.unless(
        peer.pid() == 0 || peer.pid() == pid, "pid " + peer.pid() + " in place of " + pid);
    return "uid " + uid + (peer.pid() == 0 ? ", no pid" : ", pid " + pid);
  }

  private static String tcpInfo(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    bench.send(pair.near().fd(), "0123456789");
    TcpPair.await(bench, pair.far().fd(), Constant.EVFILT_READ);
    TcpInfo near = tcpInfo(pair.near());
    requireEstablished(bench.platform(), near);
    long mss = near.mss().orElseThrow();
    long window = near.congestionWindow().orElseThrow();
    // The least segment that systems use is 216 bytes (TCP_MINMSS).
    Deviation.unless(
        mss >= 216 && mss <= 65_535 && window >= mss,
        "segments of " + mss + " bytes, a congestion window of " + window);
    StringBuilder seen = new StringBuilder("mss " + mss + ", window " + window);
    near.rttMicros().ifPresent(rtt -> roundTrip(seen, rtt));
    near.retransmits().ifPresent(count -> seen.append(", ").append(count).append(" sent again"));
    near.bytesSent().ifPresent(sent -> tenBytes(seen, "sent", sent));
    TcpInfo far = tcpInfo(pair.far());
    requireEstablished(bench.platform(), far);
    far.bytesReceived().ifPresent(received -> tenBytes(seen, "received", received));
    return seen.toString();
  }

  private static TcpInfo tcpInfo(KernelSocket socket) throws IOException {
    try {
      return TcpInfo.of(socket);
    } catch (UnsupportedOperationException e) {
      throw new NotOffered(e.getMessage());
    }
  }

  private static void requireEstablished(Platform platform, TcpInfo info) {
    int established =
        platform.get(platform.isLinux() ? Constant.BPF_TCP_ESTABLISHED : Constant.TCPS_ESTABLISHED);
    Deviation.unless(
        info.state().orElseThrow() == established,
        "state " + info.state() + " in place of " + established);
  }

  private static void roundTrip(StringBuilder seen, long micros) {
    Deviation.unless(
        micros >= 0 && micros < 10_000_000, "a round trip over the loopback of " + micros + " us");
    seen.append(", rtt ").append(micros).append(" us");
  }

  /** More than ten if a segment was sent again. */
  private static void tenBytes(StringBuilder seen, String what, long bytes) {
    Deviation.unless(bytes >= 10 && bytes % 10 == 0, bytes + " bytes " + what + " in place of 10");
    seen.append(", ").append(bytes).append(" B ").append(what);
  }

  /** Whether the result is that errno, for other checks. */
  static boolean is(Bench bench, Errno errno, long result) {
    return bench.platform().is(errno, (int) -result);
  }
}
