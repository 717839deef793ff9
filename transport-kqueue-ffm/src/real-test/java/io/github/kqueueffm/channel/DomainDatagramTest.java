package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.SocketPair;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Local datagram sockets. */
@Tag("real")
final class DomainDatagramTest {
  @TempDir Path directory;

  private DomainSocketAddress at(String name) {
    return new DomainSocketAddress(directory.resolve(name).toString());
  }

  private static DomainDatagramPacket packet(String text, DomainSocketAddress recipient) {
    return new DomainDatagramPacket(text(text), recipient);
  }

  private static KQueueFfmDomainDatagramChannel bind(
      DatagramFixture fixture, DomainSocketAddress address, Inbox inbox) {
    return bind(fixture, CountingKernel.over(Kernels.system()).kernel(), address, inbox);
  }

  private static KQueueFfmDomainDatagramChannel bind(
      DatagramFixture fixture, Kernel kernel, DomainSocketAddress address, Inbox inbox) {
    return (KQueueFfmDomainDatagramChannel)
        fixture
            .bootstrap(() -> newChannel(kernel), inbox)
            .bind(address)
            .syncUninterruptibly()
            .channel();
  }

  private static KQueueFfmDomainDatagramChannel newChannel(Kernel kernel) {
    return new KQueueFfmDomainDatagramChannel(
        Sockets.datagram(kernel, SocketProtocolFamily.UNIX), false);
  }

  @SuppressWarnings("deprecation")
  private static KQueueFfmDomainDatagramChannel unbound(DatagramFixture fixture, Inbox inbox) {
    return (KQueueFfmDomainDatagramChannel)
        fixture
            .bootstrap(KQueueFfmDomainDatagramChannel::new, inbox)
            .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
            .register()
            .syncUninterruptibly()
            .channel();
  }

  @Test
  void datagramCarriesBothNames() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel receiver = bind(fixture, at("to"), inbox);
      KQueueFfmDomainDatagramChannel sender = bind(fixture, at("from"), new Inbox());
      sender.writeAndFlush(packet("hello", at("to"))).sync();
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("hello", at("from"), at("to")));
      assertThat(receiver.localAddress()).isEqualTo(at("to"));
      assertThat(receiver.remoteAddress()).isNull();
      sender.write(new DomainDatagramPacket(Unpooled.EMPTY_BUFFER, at("to")));
      sender.writeAndFlush(
          new DefaultAddressedEnvelope<>(
              text("java"), UnixDomainSocketAddress.of(directory.resolve("to"))));
      assertThat(inbox.text()).isEmpty();
      assertThat(inbox.text()).isEqualTo("java");
    }
  }

  @Test
  void senderWithoutNameHasAnEmptyOne() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      bind(fixture, at("to"), inbox);
      KQueueFfmDomainDatagramChannel sender = unbound(fixture, new Inbox());
      assertThat(sender.isActive()).isTrue();
      assertThat(sender.localAddress()).isNull();
      sender.writeAndFlush(packet("who?", at("to"))).sync();
      assertThat(inbox.letter().sender()).isEqualTo(new DomainSocketAddress(""));
    }
  }

  private KernelSocket raw(String name, int last) throws IOException {
    Kernel kernel = Kernels.system();
    KernelSocket socket =
        KernelSocket.open(
            kernel,
            kernel.platform().get(Constant.AF_UNIX),
            kernel.platform().get(Constant.SOCK_DGRAM));
    byte[] path = directory.resolve(name).toString().getBytes(UTF_8);
    byte[] bytes = Arrays.copyOf(path, path.length + 1);
    bytes[path.length] = (byte) last;
    socket.bind(UnixAddress.of(bytes));
    return socket;
  }

  private static String received(KernelSocket socket) {
    long memory = NativeMemory.allocate(64);
    try {
      long length = socket.kernel().recv(socket.fd(), memory, 64, 0);
      byte[] bytes = new byte[(int) Math.max(length, 0)];
      Memory.copy(memory, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void send(KernelSocket from) {
    long memory = NativeMemory.allocate(1);
    try {
      assertThat(from.kernel().send(from.fd(), memory, 1, 0)).isEqualTo(1);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  @Needs(SystemPromise.NAMES_OF_ANY_BYTES)
  void answerReachesSenderWhoseNameIsNotUtf8() throws Exception {
    KernelSocket first = raw("odd", 0xfe);
    KernelSocket second = raw("odd", 0xff);
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel channel = bind(fixture, at("to"), inbox);
      List<DomainSocketAddress> senders = new ArrayList<>();
      for (KernelSocket sender : List.of(first, second)) {
        assertThat(sender.connect(UnixAddress.of(at("to").path()))).isTrue();
        send(sender);
        senders.add((DomainSocketAddress) inbox.letter().sender());
      }
      assertThat(senders.get(0)).isEqualTo(senders.get(1)).hasSameHashCodeAs(senders.get(1));
      channel.connect(senders.get(0)).sync();
      channel.writeAndFlush(packet("to the peer", senders.get(0))).sync();
      assertThat(received(first)).isEqualTo("to the peer");
      channel.writeAndFlush(packet("to the other", senders.get(1))).sync();
      assertThat(received(second)).isEqualTo("to the other");
      assertThat(received(first)).isEmpty();
    } finally {
      first.close();
      second.close();
    }
  }

  @Test
  void recipientWithHalfASurrogatePairFailsItsDatagramAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      bind(fixture, at("to"), inbox);
      KQueueFfmDomainDatagramChannel sender = bind(fixture, at("from"), new Inbox());
      DomainSocketAddress half = new DomainSocketAddress(directory + "/half-\udc00");
      ChannelFuture refused = sender.write(packet("nobody", half));
      sender.writeAndFlush(packet("after", at("to"))).sync();
      assertThat(inbox.text()).isEqualTo("after");
      assertThat(refused.await().cause()).hasMessageContaining("lone surrogate");
    }
  }

  @Test
  void connectedChannelSendsBuffersAndDisconnects() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      Inbox answers = new Inbox();
      KQueueFfmDomainDatagramChannel server = bind(fixture, at("server"), inbox);
      KQueueFfmDomainDatagramChannel client = bind(fixture, at("client"), answers);
      client.connect(at("server")).sync();
      assertThat(client.isConnected()).isTrue();
      assertThat(client.remoteAddress()).isEqualTo(at("server"));
      client.writeAndFlush(text("plain")).sync();
      client.writeAndFlush(packet("addressed", at("server"))).sync();
      assertThat(inbox.text()).isEqualTo("plain");
      assertThat(inbox.text()).isEqualTo("addressed");
      server.writeAndFlush(packet("answer", at("client"))).sync();
      assertThat(answers.letter())
          .isEqualTo(new Inbox.Letter("answer", at("server"), at("client")));
      client.disconnect().sync();
      assertThat(client.isConnected()).isFalse();
      assertThat(client.localAddress()).isEqualTo(at("client"));
      assertThat(client.writeAndFlush(text("to whom?")).await().cause())
          .isInstanceOf(NotYetConnectedException.class);
    }
  }

  @Test
  @Needs(SystemPromise.ABSTRACT_NAMES)
  void abstractNamesWork() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      DomainSocketAddress name = new DomainSocketAddress("\0kqueue-ffm-" + directory.getFileName());
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel channel = bind(fixture, name, inbox);
      channel.writeAndFlush(packet("x", name)).sync();
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("x", name, name));
      channel.close().sync();
      bind(fixture, name, new Inbox());
    }
  }

  @Test
  void closeDeletesTheFileOfItsBindAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Path file = directory.resolve("own");
      KQueueFfmDomainDatagramChannel channel = bind(fixture, at("own"), new Inbox());
      assertThat(file).exists();
      channel.close().sync();
      assertThat(file).doesNotExist();
      KQueueFfmDomainDatagramChannel replaced = bind(fixture, at("own"), new Inbox());
      Files.delete(file);
      Files.writeString(file, "somebody else's");
      replaced.close().sync();
      assertThat(file).hasContent("somebody else's");
      KQueueFfmDomainDatagramChannel refused = newChannel(Kernels.system());
      ChannelFuture failed = fixture.bootstrap(() -> refused, new Inbox()).bind(at("own"));
      assertThat(failed.await().cause()).isInstanceOf(BindException.class);
      assertThat(file).hasContent("somebody else's");
    }
  }

  @Test
  void missingRecipientFailsItsDatagramAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel channel = bind(fixture, at("here"), inbox);
      KernelSocket dead = Sockets.datagram(Kernels.system(), SocketProtocolFamily.UNIX);
      dead.bind(UnixDomainSocketAddress.of(directory.resolve("dead")));
      dead.close();
      List<ChannelFuture> failed =
          List.of(
              channel.write(packet("a", at("nowhere"))),
              channel.write(packet("b", at("dead"))),
              channel.write(packet("c", at("x".repeat(200)))));
      ChannelFuture good = channel.writeAndFlush(packet("good", at("here")));
      assertThat(failed.get(0).await().cause())
          .isInstanceOf(FileNotFoundException.class)
          .hasMessageContaining("nowhere");
      assertThat(failed.get(1).await().cause()).isInstanceOf(ConnectException.class);
      assertThat(failed.get(2).await().cause())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("(?s).*at most 10[37] are possible.*");
      good.sync();
      assertThat(inbox.text()).isEqualTo("good");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void missingPathIsFileNotFoundExceptionOfEveryCall(int pieces) throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      KQueueFfmDomainDatagramChannel channel =
          bind(fixture, kernel.kernel(), at("here"), new Inbox());
      List<ChannelFuture> failed = new ArrayList<>();
      if (pieces == 3) {
        // Several with one call.
        failed.add(channel.write(packet("a", at("nowhere"))));
        failed.add(channel.write(packet("b", at("nowhere"))));
      } else {
        CompositeByteBuf content = Unpooled.compositeBuffer();
        for (int i = 0; i < pieces; i++) {
          content.addComponent(true, Unpooled.directBuffer().writeByte('x'));
        }
        failed.add(channel.write(new DomainDatagramPacket(content, at("nowhere"))));
      }
      channel.flush();
      for (ChannelFuture future : failed) {
        assertThat(future.await().cause())
            .isInstanceOf(FileNotFoundException.class)
            .hasMessageContaining(at("nowhere").path());
      }
      String many = SystemPromise.BATCHES.isKept() ? "sendmmsg" : "sendto";
      String call = List.of("sendto", "sendmsg", many).get(pieces - 1);
      assertThat(kernel.count(call)).isPositive();
      assertThat(channel.isActive()).isTrue();
    }
  }

  @Test
  void addressOfOtherTypeIsRefused() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDomainDatagramChannel channel = bind(fixture, at("here"), new Inbox());
      assertThat(
              channel
                  .writeAndFlush(DatagramChannelTest.packet("x", new InetSocketAddress(9)))
                  .await()
                  .cause())
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("DomainDatagramPacket");
      assertThat(channel.connect(new InetSocketAddress(9)).await().cause())
          .isInstanceOf(UnsupportedAddressTypeException.class);
      assertThat(channel.connect(at("nowhere")).await().cause())
          .isInstanceOf(FileNotFoundException.class);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void datagramThatIsTooLongFailsWithItsSize() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel channel = bind(fixture, at("here"), inbox);
      channel.config().setSendBufferSize(8192);
      int size = channel.config().getSendBufferSize() + 1;
      ChannelFuture large =
          channel.writeAndFlush(
              new DomainDatagramPacket(Unpooled.directBuffer(size).writeZero(size), at("here")));
      assertThat(large.await().cause())
          .hasMessageContaining("EMSGSIZE")
          .hasMessageContaining(size + " bytes, SO_SNDBUF " + (size - 1));
      channel.writeAndFlush(packet("x", at("here"))).sync();
      assertThat(inbox.text()).isEqualTo("x");
    }
  }

  /**
   * To a receiver whose queue is full Linux says EAGAIN, the others ENOBUFS, and all of them call
   * the sender writable all the same: waiting for the write filter would be a busy loop.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fullReceiverIsWaitedForWithoutSpinning(boolean connected) throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel receiver =
          (KQueueFfmDomainDatagramChannel)
              fixture
                  .bootstrap(() -> newChannel(kernel.kernel()), inbox)
                  .option(ChannelOption.AUTO_READ, false)
                  .bind(at("slow"))
                  .sync()
                  .channel();
      KQueueFfmDomainDatagramChannel sender =
          bind(fixture, kernel.kernel(), at("fast"), new Inbox());
      // Elsewhere a connected socket sends to its peer alone (EISCONN).
      boolean toAnother = connected && SystemPromise.FULL_LOCAL_RECEIVER_IS_WAITED_FOR.isKept();
      if (connected && !toAnother) {
        sender.connect(at("slow")).sync();
      } else if (toAnother) {
        bind(fixture, at("other"), new Inbox());
        sender.connect(at("other")).sync();
      }
      List<ChannelFuture> sent = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        sent.add(sender.write(packet("" + i, at("slow"))));
      }
      sender.flush();
      Thread.sleep(200);
      assertThat(sent.get(399).isDone()).isFalse();
      assertThat(sends(kernel))
          .as("tries in 200 ms")
          .isLessThan(SystemPromise.BATCHES.isKept() ? 80 : 480);
      receiver.config().setAutoRead(true);
      for (int i = 0; i < 400; i++) {
        assertThat(inbox.text()).isEqualTo("" + i);
        sent.get(i).sync();
      }
    }
  }

  private static long sends(CountingKernel kernel) {
    return kernel.count("send")
        + kernel.count("sendto")
        + kernel.count("sendmsg")
        + kernel.count("sendmmsg");
  }

  @Test
  @Needs(SystemPromise.FULL_LOCAL_RECEIVER_IS_WAITED_FOR)
  void connectedSenderWaitsForItsReceiverByTheWriteFilter() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel receiver =
          (KQueueFfmDomainDatagramChannel)
              fixture
                  .bootstrap(KQueueFfmDomainDatagramChannel::new, inbox)
                  .option(ChannelOption.AUTO_READ, false)
                  .bind(at("slow"))
                  .sync()
                  .channel();
      KQueueFfmDomainDatagramChannel sender = bind(fixture, at("fast"), new Inbox());
      sender.connect(at("slow")).sync();
      List<ChannelFuture> sent = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        sent.add(sender.write(text("" + i)));
      }
      sender.flush();
      receiver.config().setAutoRead(true);
      for (int i = 0; i < 400; i++) {
        assertThat(inbox.text()).isEqualTo("" + i);
        sent.get(i).sync();
      }
    }
  }

  @Test
  void pairOfDescriptorsBecomesConnectedChannelsThatKnowEachOther() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      int[] pair = SocketPair.open(Kernels.system(), Constant.SOCK_DGRAM);
      Inbox inbox = new Inbox();
      KQueueFfmDomainDatagramChannel receiver = adopt(fixture, pair[0], inbox);
      KQueueFfmDomainDatagramChannel sender = adopt(fixture, pair[1], new Inbox());
      assertThat(sender.isConnected()).isTrue();
      assertThat(sender.isActive()).isTrue();
      sender.writeAndFlush(text("hello")).sync();
      assertThat(inbox.letter())
          .isEqualTo(new Inbox.Letter("hello", new DomainSocketAddress(""), null));
      if (SystemPromise.PEER_OF_A_DATAGRAM_PAIR.isKept()) {
        assertThat(KQueueFfmPeerCredentials.of(receiver).pid())
            .isEqualTo((int) ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void descriptorOfUnboundSocketBecomesChannelThatSends() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      bind(fixture, at("to"), inbox);
      KernelSocket socket = Sockets.datagram(Kernels.system(), SocketProtocolFamily.UNIX);
      Inbox own = new Inbox();
      KQueueFfmDomainDatagramChannel sender = adopt(fixture, socket.fd(), own);
      assertThat(sender.isActive()).isTrue();
      DatagramFixture.settle(sender);
      assertThat(own.activations).hasValue(1);
      assertThat(sender.localAddress()).isNull();
      sender.writeAndFlush(packet("hello", at("to"))).sync();
      assertThat(inbox.letter())
          .isEqualTo(new Inbox.Letter("hello", new DomainSocketAddress(""), at("to")));
      sender.bind(at("from")).sync();
      sender.writeAndFlush(packet("named", at("to"))).sync();
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("named", at("from"), at("to")));
    }
  }

  private static KQueueFfmDomainDatagramChannel adopt(DatagramFixture fixture, int fd, Inbox inbox)
      throws InterruptedException {
    return (KQueueFfmDomainDatagramChannel)
        fixture
            .bootstrap(() -> new KQueueFfmDomainDatagramChannel(fd), inbox)
            .register()
            .sync()
            .channel();
  }

  @Test
  void descriptorOfOtherKindIsRefused() throws Exception {
    KernelSocket udp = Sockets.datagram(Kernels.system(), SocketProtocolFamily.INET);
    assertThatThrownBy(() -> new KQueueFfmDomainDatagramChannel(udp.fd()))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("AF_UNIX");
    udp.close();
  }

  @Test
  void optionsAreListedAndSet() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDomainDatagramChannelConfig config = unbound(fixture, new Inbox()).config();
      assertThat(config.setOption(ChannelOption.SO_SNDBUF, 16384)).isTrue();
      assertThat(config.getOption(ChannelOption.SO_SNDBUF)).isGreaterThanOrEqualTo(16384);
      assertThat(config.getOptions())
          .containsKeys(ChannelOption.SO_SNDBUF, ChannelOption.SO_RCVBUF);
      assertThat(config.setOption(ChannelOption.SO_BROADCAST, true)).isFalse();
    }
  }
}
