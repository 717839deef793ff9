package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Sockaddr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;

/**
 * A datagram socket of the JDK on the kernel of the transport. It only sends. As with the JDK's
 * own, a socket that is forgotten is closed by the garbage collector.
 */
final class KernelDatagramSocketImpl extends DatagramSocketImpl {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Kernel kernel = Kernels.system();
  private KernelSocket socket;

  @Override
  protected void create() throws SocketException {
    // The first address decides the family.
  }

  private void open(InetAddress address) throws IOException {
    if (socket == null) {
      boolean ipv4 = address instanceof Inet4Address;
      socket =
          KernelSocket.open(
              kernel,
              kernel.platform().get(ipv4 ? Constant.AF_INET : Constant.AF_INET6),
              kernel.platform().get(Constant.SOCK_DGRAM));
      CLEANER.register(this, closing(socket));
    }
  }

  private static Runnable closing(KernelSocket socket) {
    return () -> {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  @Override
  protected void bind(int port, InetAddress address) throws SocketException {
    try {
      open(address);
      socket.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
    localPort = ((InetSocketAddress) socket.localAddress()).getPort();
  }

  @Override
  protected void send(DatagramPacket packet) throws IOException {
    open(packet.getAddress());
    Sockaddr codec = Sockaddr.of(kernel.platform());
    InetSocketAddress to = (InetSocketAddress) packet.getSocketAddress();
    try (NativeBytes address = new NativeBytes(codec.size());
        NativeBytes bytes = new NativeBytes(packet.getLength())) {
      bytes.put(packet.getData(), packet.getOffset(), packet.getLength());
      int length = codec.put(address.address(), to, socket.family());
      long sent =
          kernel.sendto(
              socket.fd(), bytes.address(), packet.getLength(), 0, address.address(), length);
      if (sent < 0) {
        throw Failures.of(kernel.platform(), "sendto", to, (int) sent);
      }
    }
  }

  @Override
  protected void close() {
    if (socket != null) {
      closing(socket).run();
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    if (option == SO_BINDADDR && socket != null) {
      return ((InetSocketAddress) socket.localAddress()).getAddress();
    }
    throw unsupported("option " + option);
  }

  @Override
  public void setOption(int option, Object value) throws SocketException {
    throw unsupported("option " + option);
  }

  private static SocketException unsupported(String what) {
    return new SocketException(what + " is not supported here");
  }

  @Override
  protected int peek(InetAddress address) throws IOException {
    throw unsupported("receiving");
  }

  @Override
  protected int peekData(DatagramPacket packet) throws IOException {
    throw unsupported("receiving");
  }

  @Override
  protected void receive(DatagramPacket packet) throws IOException {
    throw unsupported("receiving");
  }

  @Override
  @Deprecated
  protected void setTTL(byte ttl) throws IOException {
    throw unsupported("IP_MULTICAST_TTL");
  }

  @Override
  @Deprecated
  protected byte getTTL() throws IOException {
    throw unsupported("IP_MULTICAST_TTL");
  }

  @Override
  protected void setTimeToLive(int ttl) throws IOException {
    throw unsupported("IP_MULTICAST_TTL");
  }

  @Override
  protected int getTimeToLive() throws IOException {
    throw unsupported("IP_MULTICAST_TTL");
  }

  @Override
  protected void join(InetAddress group) throws IOException {
    throw unsupported("multicast");
  }

  @Override
  protected void leave(InetAddress group) throws IOException {
    throw unsupported("multicast");
  }

  @Override
  protected void joinGroup(SocketAddress group, NetworkInterface via) throws IOException {
    throw unsupported("multicast");
  }

  @Override
  protected void leaveGroup(SocketAddress group, NetworkInterface via) throws IOException {
    throw unsupported("multicast");
  }
}
