package io.github.kqueueffm.containers;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.redis.AbstractStringRedisMessage;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Commands on one connection, and what comes for them as text, the parts of an array by spaces. */
final class RedisConversation extends SimpleChannelInboundHandler<RedisMessage> {
  private static final int MAX_PARTS = 16;
  private static final int MAX_DEPTH = 4;

  private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

  ChannelHandler[] handlers() {
    return new ChannelHandler[] {
      new RedisEncoder(),
      new RedisDecoder(),
      new RedisBulkStringAggregator(),
      new RedisArrayAggregator(MAX_PARTS, MAX_DEPTH),
      this
    };
  }

  /** The caller flushes. */
  static void write(Channel channel, String... words) {
    List<RedisMessage> parts = new ArrayList<>();
    for (String word : words) {
      parts.add(new FullBulkStringRedisMessage(ByteBufUtil.writeUtf8(channel.alloc(), word)));
    }
    channel.write(new ArrayRedisMessage(parts));
  }

  String next() throws InterruptedException {
    String reply = replies.poll(60, TimeUnit.SECONDS);
    if (reply == null) {
      throw new AssertionError("no reply");
    }
    return reply;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, RedisMessage message) {
    replies.add(text(message));
  }

  private static String text(RedisMessage message) {
    return switch (message) {
      case AbstractStringRedisMessage string -> string.content();
      case IntegerRedisMessage integer -> Long.toString(integer.value());
      case FullBulkStringRedisMessage bulk -> bulk.content().toString(StandardCharsets.UTF_8);
      case ArrayRedisMessage array ->
          String.join(" ", array.children().stream().map(RedisConversation::text).toList());
      default -> message.toString();
    };
  }
}
