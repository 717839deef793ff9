package io.github.kqueueffm.containers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes the first line off a connection and leaves the pipeline to what comes after it. */
final class FirstLine extends ByteToMessageDecoder {
  private final CompletableFuture<String> line = new CompletableFuture<>();

  CompletableFuture<String> line() {
    return line;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf received, List<Object> out) {
    int length = received.bytesBefore((byte) '\n');
    if (length >= 0) {
      String text = received.readCharSequence(length, StandardCharsets.US_ASCII).toString();
      received.skipBytes(1);
      context.pipeline().remove(this);
      line.complete(text);
    }
  }
}
