package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.kqueue.KQueueChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The options of Netty's own transports, as their classes have them: the channels here list the
 * very objects, on whichever system has the option.
 */
class NettysOptionsTest {
  /** What docs/features.md lists as not supported; an older Netty may lack some of them. */
  private static final Map<Class<?>, Set<String>> NOT_HONOURED =
      Map.of(
          UnixChannelOption.class,
          Set.of(),
          KQueueChannelOption.class,
          Set.of(),
          EpollChannelOption.class,
          Set.of("EPOLL_MODE", "IP_RECVORIGDSTADDR", "TCP_MD5SIG"),
          IoUringChannelOption.class,
          Set.of(
              "IO_URING_BUFFER_GROUP_ID",
              "IO_URING_WRITE_ZERO_COPY_THRESHOLD",
              "TCP_CORK",
              "TCP_DEFER_ACCEPT",
              "TCP_KEEPCNT",
              "TCP_KEEPIDLE",
              "TCP_KEEPINTVL",
              "TCP_NOTSENT_LOWAT",
              "TCP_QUICKACK",
              "TCP_USER_TIMEOUT"));

  private static final List<String> PLATFORMS =
      List.of(
          "macos-aarch64",
          "freebsd-x86_64",
          "openbsd-x86_64",
          "netbsd-x86_64",
          "dragonfly-x86_64",
          "linux-x86_64");

  /** What any channel of any system lists. */
  private static Set<ChannelOption<?>> listed() throws IOException {
    Set<ChannelOption<?>> listed = new HashSet<>();
    for (String platform : PLATFORMS) {
      for (Channel channel : channels(platform)) {
        listed.addAll(channel.config().getOptions().keySet());
      }
    }
    return listed;
  }

  private static List<Channel> channels(String name) throws IOException {
    ScriptedCalls calls =
        ScriptedCalls.of(name)
            .on("socket", 7)
            .on("fcntl", 0)
            .on("setsockopt", 0)
            .fail("getpeername", Errno.ENOTCONN)
            .on(
                "getsockopt",
                arguments -> {
                  Memory.putInt((long) arguments[3], 0);
                  return 0;
                });
    return List.of(
        new KQueueFfmSocketChannel(null, tcp(calls), false),
        new KQueueFfmServerSocketChannel(tcp(calls), false),
        new KQueueFfmDatagramChannel(socket(calls, Constant.AF_INET, Constant.SOCK_DGRAM), false),
        new KQueueFfmDomainSocketChannel(
            null, socket(calls, Constant.AF_UNIX, Constant.SOCK_STREAM), false));
  }

  private static KernelSocket tcp(ScriptedCalls calls) throws IOException {
    return socket(calls, Constant.AF_INET, Constant.SOCK_STREAM);
  }

  private static KernelSocket socket(ScriptedCalls calls, Constant family, Constant type)
      throws IOException {
    Platform platform = calls.kernel().platform();
    return KernelSocket.open(calls.kernel(), platform.get(family), platform.get(type));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        UnixChannelOption.class,
        KQueueChannelOption.class,
        EpollChannelOption.class,
        IoUringChannelOption.class
      })
  void optionsAreNettysObjectsExceptDocumentedOnes(Class<?> options) throws Exception {
    Set<ChannelOption<?>> listed = listed();
    Set<String> all = new TreeSet<>();
    Set<String> others = new TreeSet<>();
    for (Field field : options.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && field.getType() == ChannelOption.class) {
        all.add(field.getName());
        if (!listed.contains(field.get(null))) {
          others.add(field.getName());
        }
      }
    }
    Set<String> documented = new TreeSet<>(NOT_HONOURED.get(options));
    documented.retainAll(all);
    assertThat(all).isNotEmpty();
    assertThat(others).isEqualTo(documented);
  }

  /** Each constant here that one of Netty's classes has too, by its name. */
  @Test
  void constantsHaveNettysNames() throws Exception {
    for (Field field : KQueueFfmChannelOption.class.getFields()) {
      for (Class<?> options : List.of(KQueueChannelOption.class, EpollChannelOption.class)) {
        for (Field netty : options.getDeclaredFields()) {
          if (netty.getName().equals(field.getName())) {
            assertThat(field.get(null)).as("%s", field).isSameAs(netty.get(null));
          }
        }
      }
    }
  }

  @Test
  void ignoredOptionsAreInFeatures() throws IOException {
    String features = Files.readString(Path.of("..", "docs", "features.md"));
    for (Set<String> names : NOT_HONOURED.values()) {
      for (String name : names) {
        assertThat(features).contains('`' + name + '`');
      }
    }
    assertThat(features).contains("`IoUringChannelOption`");
  }
}
