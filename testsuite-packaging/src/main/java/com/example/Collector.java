package com.example;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/** Counts the bytes that come back, and sums them up. */
final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final CRC32 crc = new CRC32();
  private final int expected;
  private int received;

  Collector(int expected) {
    this.expected = expected;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
    received += bytes.readableBytes();
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    crc.update(copy);
    if (received >= expected) {
      result.complete(received + " bytes, CRC " + Long.toHexString(crc.getValue()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    result.completeExceptionally(new IllegalStateException("closed after " + received + " bytes"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    result.completeExceptionally(cause);
    context.close();
  }

  String result(int seconds) throws Exception {
    return result.get(seconds, TimeUnit.SECONDS);
  }
}
