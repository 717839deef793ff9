package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketReadMode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every setter of every configuration answers itself, and its getter what was set. */
class ConfigSettersTest {
  private static final int FD = 7;

  /** Those with a test elsewhere: of the machine, of a loop, and of all options. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "Interface", "NetworkInterface", "AutoRead", "Options", "RcvAllocTransportProvidesGuess");

  /** Netty's name for the setter of TCP_KEEPCNT. */
  private static final Map<String, String> GETTERS = Map.of("TcpKeepCntl", "TcpKeepCnt");

  private final Map<List<Integer>, byte[]> options = new HashMap<>();

  /** A kernel that remembers the options of its one socket. */
  private Kernel kernel(String platform) {
    options.clear();
    return ScriptedCalls.of(platform)
        .on("socket", FD)
        .on("fcntl", 0)
        .on("close", 0)
        .fail("getsockname", Errno.EINVAL)
        .fail("getpeername", Errno.EINVAL)
        .on("getsockopt", this::get)
        .on("setsockopt", this::set)
        .kernel();
  }

  private int get(Object[] arguments) {
    int room = Memory.getInt((long) arguments[4]);
    byte[] value =
        options.getOrDefault(List.of((int) arguments[1], (int) arguments[2]), new byte[room]);
    Memory.copy(value, 0, (long) arguments[3], Math.min(room, value.length));
    Memory.putInt((long) arguments[4], Math.min(room, value.length));
    return 0;
  }

  private int set(Object[] arguments) {
    byte[] value = new byte[(int) arguments[4]];
    if (value.length > 0) {
      Memory.copy((long) arguments[3], value, 0, value.length);
    }
    options.put(List.of((int) arguments[1], (int) arguments[2]), value);
    return 0;
  }

  private static KernelSocket socket(Kernel kernel, Constant family, Constant type) {
    Platform platform = kernel.platform();
    try {
      return KernelSocket.open(kernel, platform.get(family), platform.get(type));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final List<Function<Kernel, AbstractKQueueFfmChannel>> CHANNELS =
      List.of(
          kernel ->
              new KQueueFfmSocketChannel(
                  null, socket(kernel, Constant.AF_INET, Constant.SOCK_STREAM), false),
          kernel ->
              new KQueueFfmServerSocketChannel(
                  socket(kernel, Constant.AF_INET, Constant.SOCK_STREAM), false),
          kernel ->
              new KQueueFfmDatagramChannel(
                  socket(kernel, Constant.AF_INET, Constant.SOCK_DGRAM), false),
          kernel ->
              new KQueueFfmDomainSocketChannel(
                  null, socket(kernel, Constant.AF_UNIX, Constant.SOCK_STREAM), false),
          kernel ->
              new KQueueFfmServerDomainSocketChannel(
                  socket(kernel, Constant.AF_UNIX, Constant.SOCK_STREAM), false),
          kernel ->
              new KQueueFfmDomainDatagramChannel(
                  socket(kernel, Constant.AF_UNIX, Constant.SOCK_DGRAM), false));

  /** Two values that differ from one another. */
  private static List<Object> values(String property, Class<?> type) {
    if (property.equals("WriteBufferHighWaterMark")) {
      return List.of(1 << 20, 1 << 21);
    }
    if (type == boolean.class) {
      return List.of(true, false);
    } else if (type == int.class) {
      return List.of(7, 9);
    } else if (type == long.class) {
      return List.of(7L, 9L);
    } else if (type == ByteBufAllocator.class) {
      return List.of(new UnpooledByteBufAllocator(true), new UnpooledByteBufAllocator(false));
    } else if (type == RecvByteBufAllocator.class) {
      return List.of(new FixedRecvByteBufAllocator(8), new FixedRecvByteBufAllocator(9));
    } else if (type == MessageSizeEstimator.class) {
      return List.of(new DefaultMessageSizeEstimator(7), new DefaultMessageSizeEstimator(9));
    } else if (type == WriteBufferWaterMark.class) {
      return List.of(new WriteBufferWaterMark(7, 9), new WriteBufferWaterMark(8, 10));
    } else if (type == DomainSocketReadMode.class) {
      return Arrays.asList((Object[]) DomainSocketReadMode.values());
    } else if (type == KQueueFfmAcceptFilter.class) {
      return List.of(new KQueueFfmAcceptFilter("one"), new KQueueFfmAcceptFilter("two"));
    }
    throw new AssertionError(property + " has a type that this test lacks: " + type);
  }

  private static Object getter(ChannelConfig config, String property)
      throws ReflectiveOperationException {
    String name = GETTERS.getOrDefault(property, property);
    for (Method method : config.getClass().getMethods()) {
      if (method.getParameterCount() == 0
          && (method.getName().equals("is" + name) || method.getName().equals("get" + name))) {
        return method.invoke(config);
      }
    }
    throw new AssertionError(property + " has no getter");
  }

  private static boolean isSetter(Method method) {
    return method.getName().startsWith("set")
        && method.getParameterCount() == 1
        && !method.isBridge()
        && !ELSEWHERE.contains(method.getName().substring(3));
  }

  /** Whether this system has the option. */
  private static boolean isSetAndRead(ChannelConfig config, Method setter)
      throws ReflectiveOperationException {
    String property = setter.getName().substring(3);
    for (Object value : values(property, setter.getParameterTypes()[0])) {
      try {
        Object answer = setter.invoke(config, value);
        assertThat(answer).isSameAs(setter.getReturnType() == void.class ? null : config);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof UnsupportedOperationException) {
          return false;
        }
        throw e;
      }
      assertThat(getter(config, property)).as(setter + "").isEqualTo(value);
    }
    return true;
  }

  @Test
  void answerThemselvesAndAreReadBack() throws ReflectiveOperationException {
    for (Function<Kernel, AbstractKQueueFfmChannel> maker : CHANNELS) {
      Set<String> all = new TreeSet<>();
      Set<String> read = new TreeSet<>();
      for (String platform : List.of("linux-x86_64", "freebsd-x86_64", "macos-aarch64")) {
        ChannelConfig config = maker.apply(kernel(platform)).config();
        for (Method setter : config.getClass().getMethods()) {
          if (isSetter(setter)) {
            all.add(setter.getName());
            if (isSetAndRead(config, setter)) {
              read.add(setter.getName());
            }
          }
        }
      }
      assertThat(read).isNotEmpty().isEqualTo(all);
    }
  }

  @Test
  void guessOfTheTransportIsOffAtFirst() {
    KQueueFfmChannelConfig<?> config =
        (KQueueFfmChannelConfig<?>) CHANNELS.get(0).apply(kernel("linux-x86_64")).config();
    assertThat(config.getRcvAllocTransportProvidesGuess()).isFalse();
    assertThat(config.setRcvAllocTransportProvidesGuess(true)).isSameAs(config);
    assertThat(config.getRcvAllocTransportProvidesGuess()).isTrue();
  }
}
