package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.FileDescriptor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Two channels of ours over a local socket, of which one passes descriptors of pipes to the other.
 */
final class DescriptorLine {
  private final Conversation talk;
  private final Kernel kernel;
  private final String name;
  private final SplittableRandom random;
  private final Sender sender = new Sender();
  private int sent;
  private int received;
  private int pending;
  private String fault;

  DescriptorLine(Conversation talk, Kernel kernel, String name, SplittableRandom random) {
    this.talk = talk;
    this.kernel = kernel;
    this.name = name;
    this.random = random;
  }

  Sender sender() {
    return sender;
  }

  /** The end that passes descriptors. */
  final class Sender extends ChannelInboundHandlerAdapter {
    private Channel channel;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel = ctx.channel();
    }

    Channel channel() {
      return channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      act();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      talk.explain(name, cause);
    }

    /** Passes some descriptors. On the channel's loop. */
    void act() {
      int count = 1 + random.nextInt(6);
      for (int i = 0; i < count && !talk.isCalm() && channel.isActive(); i++) {
        pass(channel);
      }
      channel.flush();
    }
  }

  private void pass(Channel channel) {
    int fd = pipe();
    if (fd < 0) {
      return;
    }
    pending++;
    channel
        .write(new FileDescriptor(fd))
        .addListener(done -> {
          pending--;
          kernel.close(fd);
          if (done.isSuccess()) {
            sent++;
          } else {
            talk.explain(name + " pass", done.cause());
          }
        });
  }

  /** {@return the writing end of a pipe whose other end is closed} */
  private int pipe() {
    long memory = NativeMemory.allocate(2L * Integer.BYTES);
    try {
      if (kernel.pipe(memory) < 0) {
        return -1;
      }
      kernel.close(Memory.getInt(memory));
      return Memory.getInt(memory + Integer.BYTES);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The end that takes them. */
  final class Receiver extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      talk.event();
      int fd = ((FileDescriptor) message).intValue();
      received++;
      if (kernel.fcntl(fd, kernel.platform().get(Constant.F_GETFD), 0)
          != kernel.platform().get(Constant.FD_CLOEXEC)) {
        fault = "descriptor " + fd + " is not open, or is inherited by children";
      }
      kernel.close(fd);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      talk.explain(name, cause);
    }
  }

  /** Whether no promise is left. */
  boolean isDone() {
    return pending == 0;
  }

  void check(List<String> violations, boolean abruptly) {
    if (fault != null) {
      violations.add(name + ": " + fault);
    }
    // See Ledger: a promise of a loop that has ended is not reported.
    if (!abruptly && (received > sent || pending != 0)) {
      violations.add(
          name
              + ": "
              + received
              + " of "
              + sent
              + " descriptors came, "
              + pending
              + " are pending");
    }
  }
}
