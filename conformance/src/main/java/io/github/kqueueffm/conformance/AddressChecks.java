package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.IpStack;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.UnixAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Passes addresses of each family to the kernel and reads them back (struct sockaddr). */
final class AddressChecks {
  private static final String GROUP = "ABI: addresses";

  private AddressChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "an IPv4 address comes back", AddressChecks::inet),
        new Check(GROUP, "an IPv6 address comes back", AddressChecks::inet6),
        new Check(GROUP, "an IPv6 socket carries IPv4", AddressChecks::mapped),
        new Check(GROUP, "a local socket's path comes back", AddressChecks::path),
        new Check(GROUP, "the longest path comes back whole", AddressChecks::longestPath),
        new Check(GROUP, "a local socket without a name has none", AddressChecks::unnamed),
        new Check(GROUP, "lstat tells a file's type and inode", AddressChecks::status));
  }

  /** Checks the means by which the transport recognises the file that a bind has created. */
  private static String status(Bench bench) throws IOException {
    Path path = bench.folder().resolve("s");
    KernelSocket socket = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    socket.bind(UnixAddress.of(path.toString()));
    Struct layout = bench.platform().struct("stat");
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    long memory = bench.memory(layout.size() + name.length + 1L);
    Memory.copy(name, 0, memory + layout.size(), name.length);
    bench.check("lstat", bench.kernel().lstat(memory + layout.size(), memory));
    long mode = Memory.getUnsigned(memory + layout.offset("st_mode"), layout.width("st_mode"));
    long inode = Memory.getUnsigned(memory + layout.offset("st_ino"), layout.width("st_ino"));
    String seen = "mode " + Long.toOctalString(mode) + ", inode " + inode;
    Deviation.unless(
        (mode & bench.number(Constant.S_IFMT)) == bench.number(Constant.S_IFSOCK)
            && Long.valueOf(inode).equals(Files.getAttribute(path, "unix:ino")),
        seen);
    return seen;
  }

  private static String inet(Bench bench) throws IOException {
    return bothEnds(bench, Constant.AF_INET, Bench.loopback(0));
  }

  private static String inet6(Bench bench) throws IOException {
    if (IpStack.of(bench.kernel()) == IpStack.IPV4_ONLY) {
      throw new NotOffered("no IPv6 here, or java.net.preferIPv4Stack is set");
    }
    InetAddress loopback = InetAddress.ofLiteral("::1");
    try {
      return bothEnds(bench, Constant.AF_INET6, new InetSocketAddress(loopback, 0));
    } catch (BindException e) {
      throw new NotOffered("no IPv6 loopback: " + e.getMessage());
    }
  }

  private static String mapped(Bench bench) throws IOException {
    IpStack stack = IpStack.of(bench.kernel());
    if (stack != IpStack.DUAL) {
      throw new NotOffered("the stack is " + stack + "; IPv4 has sockets of its own");
    }
    return bothEnds(bench, Constant.AF_INET6, Bench.loopback(0));
  }

  /** The local address of each end has to be the remote address of the other end. */
  private static String bothEnds(Bench bench, Constant family, InetSocketAddress bound)
      throws IOException {
    KernelSocket listener = bench.socket(family, Constant.SOCK_STREAM);
    listener.bind(bound);
    listener.listen(1);
    InetSocketAddress server = (InetSocketAddress) listener.localAddress();
    Deviation.unless(
        server != null && server.getAddress().equals(bound.getAddress()) && server.getPort() != 0,
        "bound to " + bound + ", getsockname says " + server);
    KernelSocket client = bench.socket(family, Constant.SOCK_STREAM);
    client.connect(server);
    KernelSocket accepted = TcpPair.accept(bench, listener);
    same("the client's peer", server, client.remoteAddress());
    same("the accepted end", server, accepted.localAddress());
    same("the accepted end's peer", client.localAddress(), accepted.remoteAddress());
    return client.localAddress() + " to " + server;
  }

  private static void same(String what, SocketAddress expected, SocketAddress actual) {
    Deviation.unless(expected.equals(actual), what + " is " + actual + ", not " + expected);
  }

  private static String path(Bench bench) throws IOException {
    return comesBack(bench, UnixAddress.of(bench.folder().resolve("s\u00e4").toString()));
  }

  private static String longestPath(Bench bench) throws IOException {
    Path folder = bench.folder();
    int most = new Sockaddr(bench.platform()).maxPath();
    String name = "x".repeat(most - UnixAddress.of(folder + "/").bytes().length);
    comesBack(bench, UnixAddress.of(folder.resolve(name).toString()));
    return most + " bytes";
  }

  private static String comesBack(Bench bench, UnixAddress address) throws IOException {
    KernelSocket listener = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    listener.bind(address);
    listener.listen(1);
    same("the bound path", address, listener.localAddress());
    KernelSocket client = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    client.connect(address);
    same("the client's peer", address, client.remoteAddress());
    return address.toString();
  }

  private static String unnamed(Bench bench) throws IOException {
    KernelSocket socket = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    SocketAddress local = socket.localAddress();
    Deviation.unless(
        local instanceof UnixAddress address && address.bytes().length == 0,
        "the name of an unbound socket is " + local);
    return "an empty name";
  }
}
