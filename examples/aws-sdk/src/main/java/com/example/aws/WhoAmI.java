package com.example.aws;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.kqueue.KQueueEventLoopGroup;
import io.netty.channel.kqueue.KQueueSocketChannel;
import java.net.URI;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClientBuilder;

/** Prints the account of the credentials. An argument is the address of another endpoint. */
public final class WhoAmI {
  private WhoAmI() {}

  // The SDK refuses other classes of groups.
  @SuppressWarnings("deprecation")
  public static void main(String[] args) {
    EventLoopGroup group = new KQueueEventLoopGroup(1);
    try (SdkAsyncHttpClient http =
            NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(group, KQueueSocketChannel::new))
                .build();
        StsAsyncClient sts = client(http, args)) {
      System.out.println(sts.getCallerIdentity().join().account());
    } finally {
      group.shutdownGracefully();
    }
  }

  private static StsAsyncClient client(SdkAsyncHttpClient http, String[] args) {
    StsAsyncClientBuilder builder = StsAsyncClient.builder().httpClient(http);
    if (args.length > 0) {
      builder.endpointOverride(URI.create(args[0]));
    }
    return builder.build();
  }
}
