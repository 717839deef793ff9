package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannelConfig;
import io.netty.channel.epoll.EpollDomainDatagramChannelConfig;
import io.netty.channel.epoll.EpollDomainSocketChannelConfig;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerChannelConfig;
import io.netty.channel.epoll.EpollServerSocketChannelConfig;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.kqueue.AcceptFilter;
import io.netty.channel.kqueue.KQueueDatagramChannelConfig;
import io.netty.channel.kqueue.KQueueDomainDatagramChannelConfig;
import io.netty.channel.kqueue.KQueueDomainSocketChannelConfig;
import io.netty.channel.kqueue.KQueueEventLoopGroup;
import io.netty.channel.kqueue.KQueueServerChannelConfig;
import io.netty.channel.kqueue.KQueueServerSocketChannelConfig;
import io.netty.channel.kqueue.KQueueSocketChannelConfig;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Code that was written for Netty's kqueue or epoll transport compiles with the names of this one:
 * whatever their configurations and event loop groups offer is here, in the same form.
 */
@Tag("real")
class NettysSignaturesTest {
  /** Setters and getters of the options that docs/features.md lists as not supported. */
  private static final Set<String> NOT_HONOURED =
      Set.of(
          "getEpollMode",
          "setEpollMode",
          "setTcpMd5Sig",
          "isIpRecvOrigDestAddr",
          "setIpRecvOrigDestAddr",
          "isUdpGro",
          "setUdpGro");

  /** What stands here for a type of Netty's. */
  private static final Map<Class<?>, Class<?>> TYPES =
      Map.of(AcceptFilter.class, KQueueFfmAcceptFilter.class);

  static final Map<Class<?>, Class<?>> CONFIGS =
      Map.ofEntries(
          Map.entry(EpollSocketChannelConfig.class, KQueueFfmSocketChannelConfig.class),
          Map.entry(EpollServerSocketChannelConfig.class, KQueueFfmServerSocketChannelConfig.class),
          Map.entry(EpollDatagramChannelConfig.class, KQueueFfmDatagramChannelConfig.class),
          Map.entry(EpollDomainSocketChannelConfig.class, KQueueFfmDomainSocketChannelConfig.class),
          Map.entry(
              EpollDomainDatagramChannelConfig.class, KQueueFfmDomainDatagramChannelConfig.class),
          Map.entry(KQueueSocketChannelConfig.class, KQueueFfmSocketChannelConfig.class),
          Map.entry(
              KQueueServerSocketChannelConfig.class, KQueueFfmServerSocketChannelConfig.class),
          Map.entry(KQueueDatagramChannelConfig.class, KQueueFfmDatagramChannelConfig.class),
          Map.entry(
              KQueueDomainSocketChannelConfig.class, KQueueFfmDomainSocketChannelConfig.class),
          Map.entry(
              KQueueDomainDatagramChannelConfig.class, KQueueFfmDomainDatagramChannelConfig.class),
          Map.entry(EpollServerChannelConfig.class, KQueueFfmServerChannelConfig.class),
          Map.entry(KQueueServerChannelConfig.class, KQueueFfmServerChannelConfig.class));

  private static Class<?> own(Class<?> type) {
    return TYPES.getOrDefault(type, CONFIGS.getOrDefault(type, type));
  }

  private static Class<?>[] own(Class<?>[] types) {
    return Arrays.stream(types).map(NettysSignaturesTest::own).toArray(Class<?>[]::new);
  }

  /** Fast open is TCP's: here the configuration of local servers, which is theirs too, lacks it. */
  private static boolean isOfTcpAlone(Class<?> config, Method method) {
    return config == KQueueFfmServerChannelConfig.class
        && method.getName().toLowerCase(Locale.ROOT).endsWith("tcpfastopen");
  }

  private static boolean isAccessor(Method method) {
    return method.getName().matches("(get|is|set)[A-Z].*")
        && !method.isBridge()
        && !NOT_HONOURED.contains(method.getName())
        && method.getDeclaringClass().getName().startsWith("io.netty.channel.");
  }

  /** Why a method of Netty's has no equal here; {@code null} if it has. */
  private static String objection(Method method, Class<?> config) {
    Method same;
    try {
      same = config.getMethod(method.getName(), own(method.getParameterTypes()));
    } catch (NoSuchMethodException e) {
      return method + ": missing";
    }
    Class<?> wanted = method.getReturnType();
    Class<?> told = same.getReturnType();
    // A setter has to answer the configuration itself, whose own setters may follow.
    boolean fits =
        ChannelConfig.class.isAssignableFrom(wanted)
            ? ChannelConfig.class.isAssignableFrom(told)
            : own(wanted) == told;
    return fits ? null : method + ": returns " + told;
  }

  @Test
  void everyConfigurationHasTheAccessorsOfNettysOwn() {
    Set<String> objections = new TreeSet<>();
    int compared = 0;
    for (Map.Entry<Class<?>, Class<?>> pair : CONFIGS.entrySet()) {
      for (Method method : pair.getKey().getMethods()) {
        if (isAccessor(method) && !isOfTcpAlone(pair.getValue(), method)) {
          compared++;
          String objection = objection(method, pair.getValue());
          if (objection != null) {
            objections.add(objection);
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(200);
    assertThat(objections).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(classes = {EpollEventLoopGroup.class, KQueueEventLoopGroup.class})
  @SuppressWarnings("deprecation") // Netty's, which code has still.
  void eventLoopGroupHasTheConstructorsOfNettysOwn(Class<?> group) throws Exception {
    for (Constructor<?> constructor : group.getConstructors()) {
      assertThat(KQueueFfmEventLoopGroup.class.getConstructor(constructor.getParameterTypes()))
          .isNotNull();
    }
  }

  @Test
  void chainsOfSettersCompile() {
    Platform platform = Kernels.system().platform();
    Channel channel = new KQueueFfmSocketChannel();
    try {
      KQueueFfmSocketChannelConfig config = ((KQueueFfmSocketChannel) channel).config();
      if (platform.isLinux()) {
        config
            .setTcpCork(true)
            .setTcpQuickAck(false)
            .setTcpNotSentLowAt(4096)
            .setTcpKeepIdle(61)
            .setTcpKeepIntvl(7)
            .setTcpKeepCnt(5)
            .setTcpUserTimeout(3000)
            .setIpBindAddressNoPort(true)
            .setMaxMessagesPerWrite(3)
            .setTcpFastOpenConnect(true);
        assertThat(config.isTcpCork() && config.isTcpNoPush()).isTrue();
        assertThat(config.isTcpQuickAck()).isFalse();
        assertThat(config.getTcpNotSentLowAt()).isEqualTo(4096);
        assertThat(config.getTcpKeepIdle()).isEqualTo(61);
        assertThat(config.getTcpKeepIntvl()).isEqualTo(7);
        assertThat(config.getTcpKeepCnt()).isEqualTo(5);
        assertThat(config.getTcpUserTimeout()).isEqualTo(3000);
        assertThat(config.isIpBindAddressNoPort()).isTrue();
        assertThat(config.isIpTransparent()).isFalse();
        assertThat(config.getSoBusyPoll()).isNotNegative();
        assertThat(config.getMaxMessagesPerWrite()).isEqualTo(3);
      } else {
        assertThat(platform.has(Constant.TCP_QUICKACK)).isFalse();
      }
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void serversAndDatagramsHaveThoseOfLinux() {
    Platform platform = Kernels.system().platform();
    KQueueFfmServerSocketChannel server = new KQueueFfmServerSocketChannel();
    KQueueFfmDatagramChannel udp = new KQueueFfmDatagramChannel();
    try {
      if (platform.isLinux()) {
        server.config().setFreeBind(true).setTcpDeferAccept(3).setTcpFastopen(5);
        assertThat(server.config().isFreeBind()).isTrue();
        assertThat(server.config().isIpTransparent()).isFalse();
        assertThat(server.config().getTcpDeferAccept()).isPositive();
        assertThat(server.config().getTcpFastopen()).isEqualTo(5);
        assertThat(server.config().isTcpFastOpen()).isTrue();
        udp.config().setFreeBind(true).setIpMulticastAll(true).setReusePort(true);
        assertThat(udp.config().isFreeBind() && udp.config().isIpMulticastAll()).isTrue();
        assertThat(udp.config().isIpTransparent()).isFalse();
      }
    } finally {
      server.unsafe().closeForcibly();
      udp.unsafe().closeForcibly();
    }
  }

  /** Each of the constructors that Netty has makes loops that run. */
  @ParameterizedTest
  @CsvSource({"2", "3", "4", "5", "6", "7"})
  @SuppressWarnings("deprecation") // The queues' factory.
  void groupOfEveryConstructorRuns(int parameters) throws Exception {
    AtomicInteger queues = new AtomicInteger();
    var strategy = DefaultSelectStrategyFactory.INSTANCE;
    var chooser = DefaultEventExecutorChooserFactory.INSTANCE;
    var reject = RejectedExecutionHandlers.reject();
    io.netty.channel.EventLoopTaskQueueFactory tasks =
        capacity -> {
          queues.incrementAndGet();
          return new LinkedBlockingQueue<>();
        };
    EventLoopGroup group =
        switch (parameters) {
          case 2 -> new KQueueFfmEventLoopGroup(1, strategy);
          case 3 -> new KQueueFfmEventLoopGroup(1, Thread::new, 16);
          case 4 -> new KQueueFfmEventLoopGroup(1, null, chooser, strategy);
          case 5 -> new KQueueFfmEventLoopGroup(1, null, chooser, strategy, reject);
          case 6 -> new KQueueFfmEventLoopGroup(1, null, chooser, strategy, reject, tasks);
          default -> new KQueueFfmEventLoopGroup(1, null, chooser, strategy, reject, tasks, tasks);
        };
    try {
      assertThat(group.submit(() -> 7).sync().getNow()).isEqualTo(7);
      assertThat(queues.get()).isEqualTo(Math.max(0, parameters - 5));
    } finally {
      group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
  }
}
