package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** A channel's descriptor as Netty's type; it closes without Netty's native library. */
final class KernelFileDescriptor extends FileDescriptor {
  private final KernelSocket socket;

  KernelFileDescriptor(KernelSocket socket) {
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
