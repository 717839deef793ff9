package io.github.kqueueffm.testsuite.differential;

import static io.github.kqueueffm.testsuite.differential.Transport.EPOLL;
import static io.github.kqueueffm.testsuite.differential.Transport.NIO;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What happens to a channel, and which of Netty's transports show the same. Where one is missing,
 * the two differ from each other: such as in how many reads find an end, or whether a read that was
 * not asked for may find it. Servers are not compared: one of epoll's that its handler closes goes
 * on accepting at a number that may be somebody else's by then, which the other tests of the JVM
 * could feel.
 */
enum Scenario {
  PEER_CLOSES(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture.connected();
      fixture.send("hi");
      fixture.journal().await("complete");
      fixture.peer().close();
      fixture.journal().await("unregistered");
    }
  },
  PEER_CLOSES_ITS_HALF(EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel =
          fixture.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      fixture.peer().shutdownOutput();
      fixture.journal().await("ChannelInputShutdownReadComplete");
      fixture.inLoop(() -> fixture.journal().follow("write", write(channel, "still")));
      fixture.journal().note(fixture.receive(5));
      fixture.inLoop(() -> fixture.journal().follow("close", channel.close()));
      fixture.journal().await("unregistered");
    }
  },
  ADDRESSES_ARE_ASKED_FOR_AT_THE_END(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture
          .journal()
          .on(
              "inactive",
              (channel, line) ->
                  fixture
                      .journal()
                      .note(
                          (channel.localAddress() != null)
                              + " "
                              + (channel.remoteAddress() != null)));
      fixture.connected();
      fixture.peer().close();
      fixture.journal().await("unregistered");
    }
  },
  PEER_RESETS(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture.connected();
      fixture.reset();
      fixture.journal().await("unregistered");
    }
  },
  PEER_CLOSES_WHILE_NOBODY_READS(EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture.connected(client -> client.option(ChannelOption.AUTO_READ, false));
      fixture.send("hi");
      fixture.peer().shutdownOutput();
      fixture.journal().await("unregistered");
    }
  },
  INPUT_IS_SHUT_DOWN(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      DuplexChannel channel =
          (DuplexChannel)
              fixture.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      fixture.inLoop(() -> fixture.journal().follow("input", channel.shutdownInput()));
      fixture.journal().await("ChannelInputShutdownReadComplete");
      fixture.inLoop(() -> fixture.journal().follow("again", channel.shutdownInput()));
      fixture.inLoop(() -> fixture.journal().follow("write", write(channel, "x")));
    }
  },
  OUTPUT_IS_SHUT_DOWN(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      DuplexChannel channel = (DuplexChannel) fixture.connected();
      fixture.inLoop(() -> fixture.journal().follow("output", channel.shutdownOutput()));
      fixture.inLoop(() -> fixture.journal().follow("write", write(channel, "x")));
      fixture.journal().note("end " + fixture.peer().getInputStream().read());
      fixture.inLoop(() -> fixture.journal().follow("again", channel.shutdownOutput()));
      fixture.peer().close();
      fixture.journal().await("unregistered");
    }
  },
  WRITE_FAILS_WITHOUT_AUTO_CLOSE(EPOLL) {
    @Override
    @SuppressWarnings("deprecation") // AUTO_CLOSE
    void play(TransportFixture fixture) throws Exception {
      DuplexChannel channel =
          (DuplexChannel)
              fixture.connected(client ->
                  client
                      .option(ChannelOption.AUTO_CLOSE, false)
                      .option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      fixture.peer().close();
      fixture.journal().await("ChannelInputShutdownReadComplete");
      while (!channel.isOutputShutdown()) {
        channel.writeAndFlush(TransportFixture.bytes("x")).await();
      }
      fixture.journal().await("ChannelOutputShutdownEvent");
      fixture.journal().note("open " + channel.isOpen());
    }
  },
  CLOSES_WITH_WRITES_PENDING(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel =
          fixture.connected(client ->
              client.option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8, 16)));
      fixture.inLoop(() ->
          fixture.journal().follow("flushed", channel.writeAndFlush(TransportFixture.lots())));
      fixture.inLoop(
          () -> fixture.journal().follow("written", channel.write(TransportFixture.bytes("x"))));
      fixture.inLoop(() -> fixture.journal().follow("close", channel.close()));
      fixture.journal().await("unregistered");
    }
  },
  LINGERS_WITH_WRITES_PENDING(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.connected(client -> client.option(ChannelOption.SO_LINGER, 1));
      fixture.inLoop(() ->
          fixture.journal().follow("flushed", channel.writeAndFlush(TransportFixture.lots())));
      fixture.inLoop(() -> channel.close());
      // Lingering is not the loop's business.
      fixture.inLoop(() -> {});
      fixture.journal().await("unregistered");
    }
  },
  WRITABILITY_CHANGES(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel =
          fixture.connected(client ->
              client.option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8, 16)));
      fixture.inLoop(
          () -> fixture.journal().follow("write", channel.writeAndFlush(TransportFixture.lots())));
      fixture.receive(TransportFixture.LOTS);
      fixture.journal().await("writable true");
      fixture.journal().await("write ok");
    }
  },
  CONNECT_IS_REFUSED(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.unconnected();
      SocketAddress nobody = TransportFixture.nobody();
      fixture.inLoop(() -> fixture.journal().follow("connect", channel.connect(nobody)));
      fixture.journal().await("unregistered");
      fixture.inLoop(() -> fixture.journal().follow("again", channel.connect(nobody)));
    }
  },
  CONNECTS_TO_A_NAME_ONLY(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.unconnected();
      SocketAddress name = InetSocketAddress.createUnresolved("name.invalid", 80);
      fixture.inLoop(() -> fixture.journal().follow("connect", channel.connect(name)));
      fixture.journal().await("unregistered");
    }
  },
  CONNECTS_TWICE(EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.connected();
      fixture.inLoop(() -> fixture.journal().follow("again", channel.connect(fixture.address())));
      fixture.send("hi");
      fixture.journal().await("complete");
    }
  },
  LOCAL_ADDRESS_IS_IN_USE(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.unconnected();
      ChannelFuture first = channel.connect(fixture.address(), fixture.address()).await();
      fixture.journal().note("connected " + first.isSuccess() + ", open " + channel.isOpen());
      channel.connect(fixture.address()).sync();
      fixture.journal().await("active");
    }
  },
  WRITES_BEFORE_AND_AFTER(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.unconnected();
      fixture.inLoop(() -> fixture.journal().follow("before", write(channel, "x")));
      channel.connect(fixture.address()).sync();
      fixture.inLoop(() -> fixture.journal().follow("after", write(channel, "y")));
      fixture.peer();
      fixture.journal().note(fixture.receive(1));
      channel.close().sync();
      fixture.journal().await("unregistered");
      channel
          .eventLoop()
          .submit(() -> fixture.journal().follow("late", write(channel, "z")))
          .sync();
    }
  },
  WRITE_IS_CANCELLED(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.connected();
      ChannelPromise promise = channel.newPromise();
      promise.cancel(false);
      ByteBuf bytes = TransportFixture.bytes("x");
      fixture.inLoop(
          () -> fixture.journal().follow("first", channel.writeAndFlush(bytes, promise)));
      fixture.inLoop(() -> fixture.journal().follow("second", write(channel, "y")));
      fixture.journal().note(fixture.receive(1) + ' ' + bytes.refCnt());
    }
  },
  HANDLER_CLOSES_IN_A_READ(EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      readsPieces(fixture, (channel, line) -> channel.close());
      fixture.journal().await("unregistered");
    }
  },
  HANDLER_STOPS_READING_IN_A_READ(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel =
          readsPieces(fixture, (reading, line) -> reading.config().setAutoRead(false));
      fixture.journal().await("complete");
      channel.read();
      fixture.journal().await("complete", 2);
    }
  },
  HANDLER_CLOSES_AT_THE_END(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture.journal().on("ChannelInputShutdownEvent", (channel, line) -> channel.close());
      fixture.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      fixture.peer().shutdownOutput();
      fixture.journal().await("unregistered");
    }
  },
  HANDLER_SHUTS_OUTPUT_DOWN_AT_THE_END(EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture
          .journal()
          .on(
              "ChannelInputShutdownEvent",
              (channel, line) ->
                  fixture.journal().follow("output", ((DuplexChannel) channel).shutdownOutput()));
      fixture.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      fixture.peer().shutdownOutput();
      fixture.journal().await("ChannelInputShutdownReadComplete");
    }
  },
  HANDLER_FAILS_IN_A_READ(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      fixture
          .journal()
          .on(
              "read hi",
              (channel, line) -> {
                throw new IllegalStateException("mine");
              });
      Channel channel = fixture.connected();
      fixture.send("hi");
      fixture.journal().await("complete");
      fixture.journal().note("open " + channel.isOpen());
    }
  },
  MOVES_TO_ANOTHER_LOOP(NIO, EPOLL) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.connected();
      channel.deregister().sync();
      fixture.send("hi");
      fixture.otherLoop().register(channel).sync();
      fixture.journal().await("complete");
      fixture.inLoop(() -> fixture.journal().follow("write", write(channel, "x")));
      fixture.journal().note(fixture.receive(1));
    }
  },
  LOOP_ENDS_WITH_WRITES_PENDING(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel = fixture.connected();
      fixture.inLoop(
          () -> fixture.journal().follow("write", channel.writeAndFlush(TransportFixture.lots())));
      // Without a quiet period NIO's loop may end before it has closed its channels.
      channel.eventLoop().parent().shutdownGracefully(200, 10_000, TimeUnit.MILLISECONDS).sync();
      fixture.journal().note("open " + channel.isOpen());
    }
  },
  DATAGRAM_IS_REFUSED(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      SocketAddress nobody;
      try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        nobody = gone.getLocalSocketAddress();
      }
      Channel channel =
          fixture
              .datagram()
              .option(ChannelOption.AUTO_READ, false)
              .connect(nobody)
              .sync()
              .channel();
      channel.writeAndFlush(TransportFixture.bytes("x")).sync();
      channel
          .eventLoop()
          .submit(() -> fixture.journal().follow("next", write(channel, "y")))
          .sync();
      fixture.journal().note("open " + channel.isOpen());
    }
  },
  DATAGRAM_HAS_NO_RECIPIENT(NIO) {
    @Override
    void play(TransportFixture fixture) throws Exception {
      Channel channel =
          fixture
              .datagram()
              .option(ChannelOption.AUTO_READ, false)
              .bind(TransportFixture.anyPort())
              .sync()
              .channel();
      InetSocketAddress self = (InetSocketAddress) channel.localAddress();
      ByteBuf nothing = Unpooled.EMPTY_BUFFER;
      channel
          .eventLoop()
          .submit(() -> {
            fixture.journal().follow("none", write(channel, "x"));
            fixture.journal().follow("empty", channel.write(new DatagramPacket(nothing, self)));
            channel.flush();
          })
          .sync();
      fixture.journal().await("empty ok");
      channel.close().sync();
      fixture.journal().await("unregistered");
      fixture.journal().note("open " + channel.isOpen());
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it.
  private final List<Transport> references;

  Scenario(Transport... references) {
    this.references = List.of(references);
  }

  /** The transports that show the same. */
  List<Transport> references() {
    return references;
  }

  abstract void play(TransportFixture fixture) throws Exception;

  private static ChannelFuture write(Channel channel, String text) {
    return channel.writeAndFlush(TransportFixture.bytes(text));
  }

  /** There are four pieces to read when reading begins; something happens in the first one. */
  private static Channel readsPieces(TransportFixture fixture, BiConsumer<Channel, String> reaction)
      throws Exception {
    fixture.journal().on("read aaaa", reaction);
    Channel channel =
        fixture.connected(client ->
            client
                .option(ChannelOption.AUTO_READ, false)
                .option(
                    ChannelOption.RECVBUF_ALLOCATOR,
                    new FixedRecvByteBufAllocator(4).maxMessagesPerRead(4)));
    fixture.send("aaaabbbbccccdddd");
    channel.config().setAutoRead(true);
    return channel;
  }
}
