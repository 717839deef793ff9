package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.channel.ScriptedLoop.elsewhere;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The graceful shutdown on every system: what is closed, in which order, and nothing after. */
@ParameterizedClass
@EnumSource(Os.class)
class EndOfLoopScriptedTest extends AbstractScriptedLoopTest {

  EndOfLoopScriptedTest(Os os) {
    super(os);
  }

  @Test
  @DisplayName("all descriptors are closed before the kqueue, which is the last [A12]")
  void kqueueIsClosedLast() {
    Recorder child = new Recorder();
    loop.accepted(child);
    Recorder client = new Recorder();
    ChannelFuture connected = loop.client(client).connect(new InetSocketAddress(THERE, PORT));
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    loop.tcp().sending(CHILD, "unsent").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("unsent");

    loop.tcp().close(SERVER);
    loop.tcp().close(CHILD);
    loop.tcp().close(CLIENT);
    loop.ends();
    assertThat(child.log()).containsExactly("active", "inactive");
    assertThat(connected.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(written.isDone()).isTrue();
    assertThat(written.isSuccess()).isFalse();
  }

  @Test
  @DisplayName("the future of the termination completes after the last close [A12]")
  void terminationFutureCompletesAfterTheLastClose() {
    List<String> order = new ArrayList<>();
    loop.listen(Recorder::new);
    Future<?> terminated = loop.eventLoop().terminationFuture();
    loop.script().expect("close", SERVER).runs(() -> order.add("server " + terminated.isDone()));
    loop.ends(() -> order.add("kqueue " + terminated.isDone()));
    assertThat(terminated.isSuccess()).isTrue();
    assertThat(order).containsExactly("server false", "kqueue false");
  }

  @Test
  @DisplayName("after the end a channel's methods make no call, nor does a wakeup [A8]")
  void channelMakesNoCallAfterTheEnd_netty9362() {
    Recorder child = new Recorder();
    loop.accepted(child);
    loop.tcp().close(SERVER);
    loop.tcp().close(CHILD);
    loop.ends();
    child.channel().read();
    child.channel().config().setAutoRead(false);
    child.channel().close();
    loop.eventLoop().wakeup();
    elsewhere(loop.eventLoop()::wakeup);
    assertThat(child.channel().localAddress()).isNull();
    loop.script().verify();
  }

  @Test
  @DisplayName("a registration that outlives its loop is dead: submit and cancel do nothing")
  void registrationIsDeadAfterItsLoop() {
    Handle handle = new Handle(71);
    Future<IoRegistration> registered = loop.eventLoop().register(handle);
    IoRegistration registration = registered.getNow();
    loop.ends();
    assertThat(handle.log).containsExactly("registered", "closed", "unregistered");
    assertThat(registration.isValid()).isFalse();
    KQueueFfmIoOps ops = KQueueFfmIoOps.newOps(os.evfiltRead(), Os.EV_ADD | Os.EV_ONESHOT, 0);
    assertThat(registration.submit(ops)).isNegative();
    assertThat(registration.cancel()).isFalse();
    loop.script().verify();
  }

  /** A user's own descriptor. */
  private static final class Handle implements KQueueFfmIoHandle {
    final List<String> log = new ArrayList<>();
    private final int ident;

    Handle(int ident) {
      this.ident = ident;
    }

    @Override
    public int ident() {
      return ident;
    }

    @Override
    public void registered() {
      log.add("registered");
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      log.add(event.toString());
    }

    @Override
    public void unregistered() {
      log.add("unregistered");
    }

    @Override
    public void close() {
      log.add("closed");
    }
  }
}
