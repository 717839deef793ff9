package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Reads every option of a channel, and sets some to what they are. On the channel's loop. */
final class OptionSweep implements Runnable {
  private final Conversation talk;
  private final Channel channel;
  private final SplittableRandom random;

  OptionSweep(Conversation talk, Channel channel, SplittableRandom random) {
    this.talk = talk;
    this.channel = channel;
    this.random = random;
  }

  @Override
  public void run() {
    Map<ChannelOption<?>, Object> options = attempt(channel.config()::getOptions);
    if (options == null) {
      return;
    }
    List<ChannelOption<?>> names = new ArrayList<>(options.keySet());
    // Of equal order in each replay, which that of a hash is not.
    names.sort((a, b) -> a.name().compareTo(b.name()));
    for (ChannelOption<?> option : names) {
      Object value = options.get(option);
      if (value != null && random.nextInt(3) == 0) {
        set(option, value);
      }
    }
    if (random.nextBoolean()) {
      set(ChannelOption.SO_SNDBUF, 4_096 + random.nextInt(200_000));
    }
    if (random.nextInt(4) == 0) {
      ofAnotherProtocol();
    }
    talk.event();
  }

  private void ofAnotherProtocol() {
    Platform platform = talk.platform();
    Constant level =
        List.of(Constant.IPPROTO_TCP, Constant.IPPROTO_IPV6, Constant.IPPROTO_IP)
            .get(random.nextInt(3));
    ChannelOption<Integer> option =
        new IntegerUnixChannelOption("other", platform.get(level), 1 + random.nextInt(4));
    attempt(() -> channel.config().getOption(option));
    attempt(() -> channel.config().setOption(option, 1));
  }

  @SuppressWarnings("unchecked")
  private void set(ChannelOption<?> option, Object value) {
    attempt(() -> channel.config().setOption((ChannelOption<Object>) option, value));
  }

  private <T> T attempt(Supplier<T> action) {
    try {
      return action.get();
    } catch (RuntimeException e) {
      talk.explain("options of " + channel, e);
      return null;
    }
  }
}
