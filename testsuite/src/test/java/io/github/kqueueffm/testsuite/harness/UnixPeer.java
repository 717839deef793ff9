package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.UnixAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A client of a local stream: a socket of the JDK, or one of the simulated system. */
public sealed interface UnixPeer {
  static UnixPeer open() throws IOException {
    return SimulatedRun.isOn()
        ? new Simulated(open(Kernels.system()))
        : new Real(SocketChannel.open(StandardProtocolFamily.UNIX));
  }

  private static KernelSocket open(Kernel kernel) throws IOException {
    return KernelSocket.open(
        kernel,
        kernel.platform().get(Constant.AF_UNIX),
        kernel.platform().get(Constant.SOCK_STREAM));
  }

  void connect(String path) throws IOException;

  /** {@return the number of bytes that were sent of this one} */
  int write(byte data) throws IOException;

  void shutdownOutput() throws IOException;

  void close() throws IOException;

  /** A socket of the JDK. */
  record Real(SocketChannel channel) implements UnixPeer {
    @Override
    public void connect(String path) throws IOException {
      channel.connect(UnixDomainSocketAddress.of(path));
    }

    @Override
    public int write(byte data) throws IOException {
      return channel.write(ByteBuffer.wrap(new byte[] {data}));
    }

    @Override
    public void shutdownOutput() throws IOException {
      channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** A socket of the simulated system. */
  record Simulated(KernelSocket socket) implements UnixPeer {
    @Override
    public void connect(String path) throws IOException {
      socket.connect(UnixAddress.of(path));
    }

    @Override
    public int write(byte data) {
      try (NativeBytes memory = new NativeBytes(1)) {
        memory.put(new byte[] {data}, 0, 1);
        return (int) socket.kernel().send(socket.fd(), memory.address(), 1, 0);
      }
    }

    @Override
    public void shutdownOutput() throws IOException {
      socket.shutdown(false, true);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
