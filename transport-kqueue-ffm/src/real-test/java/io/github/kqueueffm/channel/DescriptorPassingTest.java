package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Descriptors that go over local sockets. */
@Tag("real")
class DescriptorPassingTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Kernel kernel = Kernels.system();
  private final Received atServer = new Received();
  private Channel server;
  private KQueueFfmDomainSocketChannel client;

  /** A pipe's reading and writing end. */
  private record Pipe(FileDescriptor reading, int writing) {}

  private void connect(io.netty.channel.ChannelHandler... handlers) throws Exception {
    DomainSocketAddress address = new DomainSocketAddress(loop.file("s").toString());
    server =
        loop.server(KQueueFfmServerDomainSocketChannel.class, handlers)
            .childOption(
                UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
            .bind(address)
            .sync()
            .channel();
    client =
        (KQueueFfmDomainSocketChannel)
            loop.client(KQueueFfmDomainSocketChannel.class).connect(address).sync().channel();
  }

  private Pipe pipe() {
    long memory = NativeMemory.allocate(Long.BYTES);
    try {
      assertThat(kernel.pipe(memory)).isZero();
      return new Pipe(
          new FileDescriptors.Received(kernel, Memory.getInt(memory)),
          Memory.getInt(memory + Integer.BYTES));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private void write(int fd, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    long memory = NativeMemory.allocate(bytes.length);
    try {
      Memory.copy(bytes, 0, memory, bytes.length);
      assertThat(kernel.write(fd, memory, bytes.length)).isEqualTo(bytes.length);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private String read(int fd) {
    long memory = NativeMemory.allocate(100);
    try {
      byte[] bytes = new byte[(int) kernel.read(fd, memory, 100)];
      Memory.copy(memory, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private FileDescriptor received(int index) throws InterruptedException {
    LoopExtension.await("descriptor " + index, () -> atServer.messages().size() > index);
    return (FileDescriptor) atServer.messages().get(index);
  }

  private boolean isOpen(int fd) {
    return kernel.fcntl(fd, kernel.platform().get(Constant.F_GETFD), 0) >= 0;
  }

  @Test
  void receivedDescriptorIsTheSameFileAndClosesWithoutNativeCode() throws Exception {
    connect(atServer);
    Pipe pipe = pipe();
    client.writeAndFlush(pipe.reading()).sync();
    FileDescriptor received = received(0);
    assertThat(pipe.reading().isOpen()).as("the sender still owns it").isTrue();
    pipe.reading().close();
    write(pipe.writing(), "hello");
    assertThat(read(received.intValue())).isEqualTo("hello");
    int flags = kernel.fcntl(received.intValue(), kernel.platform().get(Constant.F_GETFD), 0);
    assertThat(flags & kernel.platform().get(Constant.FD_CLOEXEC)).as("close-on-exec").isNotZero();
    received.close();
    received.close();
    assertThat(isOpen(received.intValue())).isFalse();
    kernel.close(pipe.writing());
  }

  @Test
  void severalDescriptorsOfOneMessageArriveInOrder_netty16872() throws Exception {
    connect(atServer);
    Pipe first = pipe();
    Pipe second = pipe();
    int sent =
        FdPassing.send(
            kernel, client.fd().intValue(), 0, first.reading().intValue(), second.writing());
    assertThat(sent).isEqualTo(1);
    FileDescriptor reading = received(0);
    FileDescriptor writing = received(1);
    write(first.writing(), "one");
    assertThat(read(reading.intValue())).isEqualTo("one");
    write(writing.intValue(), "two");
    assertThat(read(second.reading().intValue())).isEqualTo("two");
    for (FileDescriptor descriptor :
        new FileDescriptor[] {first.reading(), second.reading(), reading, writing}) {
      descriptor.close();
    }
    kernel.close(first.writing());
    kernel.close(second.writing());
  }

  @Test
  void unhandledDescriptorOfThePipelineIsClosed() throws Exception {
    connect();
    Pipe pipe = pipe();
    client.writeAndFlush(pipe.reading()).sync();
    pipe.reading().close();
    // A pipe without a reader: the copy that was received is gone too.
    LoopExtension.await("the reader is gone", () -> writeFails(pipe.writing(), Errno.EPIPE));
    kernel.close(pipe.writing());
  }

  private boolean writeFails(int fd, Errno errno) {
    long memory = NativeMemory.allocate(1);
    try {
      return kernel.platform().is(errno, (int) -kernel.write(fd, memory, 1));
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void restOfAMessageIsClosedWhenAHandlerClosesTheChannel() throws Exception {
    connect(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext context, Object message)
              throws IOException {
            ((FileDescriptor) message).close();
            context.close();
          }
        });
    Pipe pipe = pipe();
    int fd = pipe.reading().intValue();
    FdPassing.send(kernel, client.fd().intValue(), 0, fd, fd, fd);
    pipe.reading().close();
    LoopExtension.await("the reader is gone", () -> writeFails(pipe.writing(), Errno.EPIPE));
    kernel.close(pipe.writing());
  }

  @Test
  void bytesAndDescriptorsAlternate() throws Exception {
    connect(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext context, Object message) {
            KQueueFfmDomainSocketChannelConfig config =
                ((KQueueFfmDomainSocketChannel) context.channel()).config();
            config.setReadMode(DomainSocketReadMode.BYTES);
            context.fireChannelRead(message);
          }
        },
        atServer);
    Pipe pipe = pipe();
    client.write(pipe.reading());
    client.writeAndFlush(Unpooled.copiedBuffer("and text", UTF_8)).sync();
    atServer.awaitBytes(8);
    assertThat(atServer.bytes()).asString().isEqualTo("and text");
    received(0).close();
    pipe.reading().close();
    kernel.close(pipe.writing());
  }

  @Test
  void closedDescriptorFailsItsPromiseAndNotTheStream() throws Exception {
    connect(atServer);
    Pipe pipe = pipe();
    pipe.reading().close();
    assertThat(client.writeAndFlush(pipe.reading()).await().cause())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot send " + pipe.reading() + ": it is closed; close it when its write is done");
    assertThat(client.writeAndFlush(new FileDescriptor(999_999)).await().cause())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EBADF");
    assertThat(client.isActive()).isTrue();
    kernel.close(pipe.writing());
  }

  @Test
  void endOfTheStreamIsNoticedWhileDescriptorsAreRead() throws Exception {
    connect(atServer);
    atServer.channel();
    client.close().sync();
    atServer.awaitInactive();
    assertThat(atServer.failures()).isEmpty();
  }

  @Test
  void channelsOwnDescriptorClosesWithoutNativeCode() throws Exception {
    connect(atServer);
    FileDescriptor own = client.fd();
    assertThat(own.isOpen()).isTrue();
    client.close().sync();
    assertThat(own.isOpen()).isFalse();
    own.close();
    assertThat(server.isOpen()).isTrue();
  }
}
