package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK4;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramFixture.loopback;
import static io.github.kqueueffm.channel.DatagramFixture.settle;
import static io.github.kqueueffm.channel.DatagramFixture.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several datagrams with one system call: sendmmsg at a flush, recvmmsg by an option. */
@Tag("real")
final class DatagramBatchTest {
  private static final int SLOT = 64;

  private static List<ChannelFuture> flush(
      KQueueFfmDatagramChannel from, InetSocketAddress recipient, int count) {
    List<ChannelFuture> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      futures.add(from.write(packet("" + i, recipient)));
    }
    from.flush();
    return futures;
  }

  /** Answers with heap buffers, whatever buffers it is to ask for. */
  private static final class HeapRecvByteBufAllocator extends FixedRecvByteBufAllocator {
    private final int size;

    HeapRecvByteBufAllocator(int size) {
      super(size);
      this.size = size;
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's own allocators answer with.
    public Handle newHandle() {
      return new DelegatingHandle(super.newHandle()) {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          return Unpooled.buffer(size, size);
        }
      };
    }
  }

  private static void sync(List<ChannelFuture> futures) throws InterruptedException {
    for (ChannelFuture future : futures) {
      future.sync();
    }
  }

  private static void assertNumbers(Inbox inbox, int from, int to) throws InterruptedException {
    for (int i = from; i < to; i++) {
      assertThat(inbox.text()).isEqualTo("" + i);
    }
  }

  /** So many calls of sendmmsg, and none where each datagram goes alone. */
  private static void assertBatches(CountingKernel kernel, int count) {
    assertThat(kernel.count("sendmmsg")).isEqualTo(SystemPromise.BATCHES.isKept() ? count : 0);
  }

  /** Datagrams wait in the kernel until the test lets the channel read. */
  private static KQueueFfmDatagramChannel batched(DatagramFixture fixture, Inbox inbox, int slots) {
    return fixture.bound(
        fixture
            .bootstrap(SocketProtocolFamily.INET, inbox)
            .option(ChannelOption.AUTO_READ, false)
            .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(SLOT * slots)),
        loopback(0));
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void flushedDatagramsAreSentWithFewCalls() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sync(flush(sender, to(receiver), 100));
      assertNumbers(inbox, 0, 100);
      assertThat(kernel.count("sendmmsg")).isEqualTo(2);
      assertThat(kernel.count("sendto") + kernel.count("send")).isZero();
    }
  }

  @Test
  void connectedAndCompositeDatagramsAreSentInBatches() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sender.connect(to(receiver)).sync();
      ByteBuf pieces =
          Unpooled.compositeBuffer()
              .addComponent(true, Unpooled.directBuffer().writeByte('a'))
              .addComponent(true, Unpooled.directBuffer().writeByte('b'))
              .addComponent(true, Unpooled.directBuffer().writeByte('c'));
      sender.write(DatagramChannelTest.text("plain"));
      sender.write(pieces);
      sender.write(Unpooled.EMPTY_BUFFER);
      sender.writeAndFlush(packet("addressed", to(receiver))).sync();
      for (String text : List.of("plain", "abc", "", "addressed")) {
        assertThat(inbox.text()).isEqualTo(text);
      }
      assertBatches(kernel, 1);
    }
  }

  @Test
  void failureWithinBatchFailsItsDatagramAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      List<ChannelFuture> good = new ArrayList<>();
      good.add(sender.write(packet("0", to(receiver))));
      ChannelFuture large =
          sender.write(new DatagramPacket(Unpooled.directBuffer().writeZero(70000), to(receiver)));
      good.add(sender.write(packet("1", to(receiver))));
      ChannelFuture six = sender.write(packet("six", new InetSocketAddress(LOOPBACK6, 9)));
      good.add(sender.write(packet("2", to(receiver))));
      good.add(sender.write(packet("3", to(receiver))));
      sender.flush();
      sync(good);
      assertThat(large.await().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EMSGSIZE")
          .hasMessageContaining("70000");
      assertThat(six.await().cause()).isInstanceOf(UnsupportedAddressTypeException.class);
      assertNumbers(inbox, 0, 4);
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void fullSocketAmidBatchesLosesNothing() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system()).fail("sendmmsg", Errno.EAGAIN, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      sync(flush(channel, to(channel), 10));
      assertNumbers(inbox, 0, 10);
      assertThat(kernel.count("sendmmsg")).isEqualTo(2);
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void exhaustedQueueFailsTheFirstOfBatchOnly() throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system()).fail("sendmmsg", Errno.ENOBUFS, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      List<ChannelFuture> futures = flush(channel, to(channel), 4);
      assertThat(futures.get(0).await().cause()).hasMessageContaining("ENOBUFS");
      sync(futures.subList(1, 4));
      assertNumbers(inbox, 1, 4);
    }
  }

  @Test
  void limitOfMessagesPerWriteYieldsAndContinues() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, new Inbox())
                  .option(ChannelOption.MAX_MESSAGES_PER_WRITE, 4),
              loopback(0));
      sync(flush(sender, to(receiver), 10));
      assertNumbers(inbox, 0, 10);
      // 4, 4 and 2.
      assertBatches(kernel, 3);
    }
  }

  @Test
  void datagramsAreSentOneByOneWithoutSendmmsg() throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system()).without(Call.SENDMMSG, Call.RECVMMSG);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      sync(flush(fixture.local(new Inbox()), to(receiver), 5));
      receiver.config().setAutoRead(true);
      assertNumbers(inbox, 0, 5);
      assertThat(kernel.count("sendto")).isEqualTo(5);
      assertThat(kernel.count("sendmmsg") + kernel.count("recvmmsg")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  @Needs(SystemPromise.BATCHES)
  void forbiddenBatchesAreNotTriedAgain(Errno errno) throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system())
            .fail("sendmmsg", errno, Integer.MAX_VALUE)
            .fail("recvmmsg", errno, Integer.MAX_VALUE);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      receiver.config().setAutoRead(true);
      for (int i = 0; i < 5; i++) {
        sync(flush(sender, to(receiver), 5));
        assertNumbers(inbox, 0, 5);
        settle(receiver);
      }
      int most = errno == Errno.ENOSYS ? 1 : 3;
      assertThat(kernel.count("sendmmsg")).isEqualTo(most);
      assertThat(kernel.count("recvmmsg")).isEqualTo(most);
      inbox.assertEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void batchesAreUsedAgainAfterTemporaryRefusal(Errno errno) throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system()).fail("sendmmsg", errno, 2).fail("recvmmsg", errno, 2);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      receiver.config().setAutoRead(true);
      for (int round = 0; round < 3; round++) {
        // Two refusals, a success, and two more: never three in a row.
        for (int i = 0; i < 3; i++) {
          sync(flush(sender, to(receiver), 5));
          assertNumbers(inbox, 0, 5);
          settle(receiver);
        }
        kernel.fail("sendmmsg", errno, 2).fail("recvmmsg", errno, 2);
      }
      kernel.restore("sendmmsg");
      kernel.restore("recvmmsg");
      kernel.reset();
      sync(flush(sender, to(receiver), 5));
      assertNumbers(inbox, 0, 5);
      settle(receiver);
      assertThat(kernel.count("sendmmsg")).isEqualTo(1);
      assertThat(kernel.count("recvmmsg")).isPositive();
      inbox.assertEmpty();
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void datagramThatTheKernelItselfRefusesFailsAloneAndBatchesStay() throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system())
            .fail("sendmmsg", Errno.EPERM, 1)
            .fail("sendto", Errno.EPERM, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      receiver.config().setAutoRead(true);
      List<ChannelFuture> futures = flush(fixture.local(new Inbox()), to(receiver), 5);
      assertThat(futures.get(0).await().cause()).hasMessageContaining("EPERM");
      sync(futures.subList(1, 5));
      assertNumbers(inbox, 1, 5);
      assertThat(kernel.count("sendmmsg")).isEqualTo(2);
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void socketErrorFromRecvmmsgDoesNotEndBatches() throws Exception {
    // An ICMPv6 message, "administratively prohibited", is EACCES.
    CountingKernel kernel =
        CountingKernel.over(Kernels.system())
            .fail("recvmmsg", Errno.EACCES, 1)
            .fail("recvmsg", Errno.EAGAIN, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      receiver.config().setAutoRead(true);
      sync(flush(fixture.local(new Inbox()), to(receiver), 5));
      assertThat(inbox.failure()).hasMessageContaining("EACCES");
      assertNumbers(inbox, 0, 5);
      assertThat(kernel.count("recvmmsg")).isGreaterThan(1);
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void pendingDatagramsAreReceivedByOneCallWithTheirSenders() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      KQueueFfmDatagramChannel one = fixture.local(new Inbox());
      KQueueFfmDatagramChannel other = fixture.local(new Inbox());
      for (int i = 0; i < 6; i++) {
        (i % 2 == 0 ? one : other).writeAndFlush(packet("" + i, to(receiver))).sync();
      }
      receiver.read();
      for (int i = 0; i < 6; i++) {
        assertThat(inbox.letter())
            .isEqualTo(new Inbox.Letter("" + i, to(i % 2 == 0 ? one : other), to(receiver)));
      }
      assertThat(kernel.count("recvmmsg")).isEqualTo(1);
      settle(receiver);
      assertThat(inbox.readCompletes).hasValue(1);
    }
  }

  @Test
  @Needs(SystemPromise.BATCHES)
  void batchHasRecipientsAndEmptyAndTruncatedDatagrams() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, inbox)
                  .option(ChannelOption.AUTO_READ, false)
                  .option(KQueueFfmChannelOption.IP_RECVDSTADDR, true)
                  .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT)
                  .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(SLOT * 4)),
              new InetSocketAddress("0.0.0.0", 0));
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      InetSocketAddress own = new InetSocketAddress(LOOPBACK4, receiver.localAddress().getPort());
      sender.write(packet("first", own));
      sender.write(packet("", own));
      sender.writeAndFlush(packet("x".repeat(SLOT + 1), own)).sync();
      receiver.read();
      for (String text : List.of("first", "", "x".repeat(SLOT))) {
        assertThat(inbox.letter()).isEqualTo(new Inbox.Letter(text, to(sender), own));
      }
    }
  }

  /** What Buffers answers of a heap buffer is the number of EPERM, too. */
  @Test
  void heapBufferIsReceivedAloneAndKeepsBatches() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 8);
      receiver.config().setRecvByteBufAllocator(new HeapRecvByteBufAllocator(SLOT * 8));
      receiver.config().setAutoRead(true);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      for (int i = 0; i < 4; i++) {
        sync(flush(sender, to(receiver), 5));
        assertNumbers(inbox, 0, 5);
        settle(receiver);
      }
      inbox.assertEmpty();
      assertThat(kernel.count("recvmmsg")).isZero();
      Inbox direct = new Inbox();
      KQueueFfmDatagramChannel other = batched(fixture, direct, 8);
      other.config().setAutoRead(true);
      sync(flush(sender, to(other), 5));
      assertNumbers(direct, 0, 5);
      assertThat(kernel.count("recvmmsg")).isPositive();
    }
  }

  /** As of a handler whose executor is full, or has ended. */
  @Test
  void datagramsThatAnExecutorRejectsReachNoOtherChannel() throws Exception {
    DefaultEventExecutorGroup executor = new DefaultEventExecutorGroup(1);
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel rejected =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, new Inbox())
                  .handler(
                      new ChannelInitializer<>() {
                        @Override
                        @SuppressWarnings("deprecation") // Users have such handlers.
                        protected void initChannel(Channel channel) {
                          channel.pipeline().addLast(executor, new Inbox());
                        }
                      })
                  .option(ChannelOption.AUTO_READ, false)
                  .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT)
                  .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(8 * SLOT)),
              loopback(0));
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sync(flush(sender, to(rejected), 3));
      executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
      rejected.read();
      settle(rejected);
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel other = fixture.local(inbox);
      sync(flush(sender, to(other), 2));
      assertNumbers(inbox, 0, 2);
      assertThat(rejected.isOpen()).isTrue();
    }
  }

  @Test
  void nothingToReceiveReleasesTheBuffer() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system()).fail("recvmmsg", Errno.EAGAIN, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 4);
      receiver.config().setAutoRead(true);
      receiver.writeAndFlush(packet("x", to(receiver))).sync();
      assertThat(inbox.text()).isEqualTo("x");
      inbox.assertEmpty();
    }
  }

  @Test
  void bufferForOneDatagramUsesNoBatch() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = batched(fixture, inbox, 1);
      receiver.config().setAutoRead(true);
      receiver.writeAndFlush(packet("x", to(receiver))).sync();
      assertThat(inbox.text()).isEqualTo("x");
      assertThat(kernel.count("recvmmsg")).isZero();
    }
  }

  @Test
  void cancelledWriteDoesNotCountAsSent() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      List<ChannelFuture> sent = new ArrayList<>();
      onLoop(
          sender,
          () -> {
            cancelled(sender, packet("no", to(receiver)));
            sent.add(sender.write(packet("0", to(receiver))));
            cancelled(sender, packet("no", to(receiver)));
            sent.add(sender.write(packet("1", to(receiver))));
            cancelled(sender, packet("no", to(receiver)));
            sender.flush();
          });
      sync(sent);
      sender.writeAndFlush(packet("2", to(receiver))).sync();
      assertNumbers(inbox, 0, 3);
      settle(receiver);
      inbox.assertEmpty();
      assertBatches(kernel, 1);
    }
  }

  @Test
  void cancelledWriteSendsNothingAndEmptyDatagramIsSent() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sender.connect(to(receiver)).sync();
      onLoop(
          sender,
          () -> {
            cancelled(sender, DatagramChannelTest.text("no"));
            sender.flush();
          });
      assertThat(kernel.count("send") + kernel.count("sendmmsg")).isZero();
      sender.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
      sender.writeAndFlush(Unpooled.buffer(0)).sync();
      sender.writeAndFlush(DatagramChannelTest.text("end")).sync();
      for (String text : List.of("", "", "end")) {
        assertThat(inbox.text()).isEqualTo(text);
      }
    }
  }

  private static void cancelled(KQueueFfmDatagramChannel sender, Object message) {
    assertThat(sender.write(message).cancel(false)).isTrue();
  }

  private static void onLoop(KQueueFfmDatagramChannel channel, Runnable task)
      throws InterruptedException {
    channel.eventLoop().submit(task).sync();
  }
}
