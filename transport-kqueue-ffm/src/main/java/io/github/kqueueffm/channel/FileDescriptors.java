package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;

/** Descriptors in Netty's type, which close without Netty's native library. */
final class FileDescriptors {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(FileDescriptors.class);

  private FileDescriptors() {}

  /** The descriptor of a channel; it closes the channel's socket. */
  static FileDescriptor of(KernelSocket socket) {
    return new OfSocket(socket);
  }

  /**
   * Takes over the descriptors of the last message that was received. The receiver belongs to the
   * loop, and a handler can cause it to be used again.
   */
  static Received[] take(Kernel kernel, FdPassing.Receiver receiver) {
    Received[] descriptors = new Received[receiver.count()];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = new Received(kernel, receiver.descriptor(i));
    }
    return descriptors;
  }

  private static final class OfSocket extends FileDescriptor {
    private final KernelSocket socket;

    OfSocket(KernelSocket socket) {
      super(socket.fd());
      this.socket = socket;
    }

    @Override
    public boolean isOpen() {
      return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
      if (markClosed()) {
        socket.close();
      }
    }
  }

  /** A descriptor that a peer sent. The handler that receives it closes it. */
  static final class Received extends FileDescriptor {
    private final Kernel kernel;

    Received(Kernel kernel, int fd) {
      super(fd);
      this.kernel = kernel;
    }

    @Override
    public void close() throws IOException {
      if (!markClosed()) {
        return;
      }
      int result = kernel.close(intValue());
      Platform platform = kernel.platform();
      if (!Descriptors.isClosed(platform, result)) {
        throw Failures.of(platform, "close", "fd " + intValue(), result);
      }
    }

    /** Closes a descriptor that no handler took. */
    void discard() {
      try {
        close();
      } catch (IOException e) {
        LOGGER.warn("Cannot close {}, which no handler took", this, e);
      }
    }
  }
}
