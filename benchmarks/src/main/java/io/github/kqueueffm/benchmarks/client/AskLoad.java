package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.Workload;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.ArrayList;
import java.util.List;

/** Connections that send requests, and optionally further idle ones. */
final class AskLoad extends Load {
  private final Peers peers;
  private final Workload workload;
  private final Question question;
  private final List<Channel> channels = new ArrayList<>();

  AskLoad(Peers peers, Workload workload, Question question) {
    this.peers = peers;
    this.workload = workload;
    this.question = question;
  }

  @Override
  public void start() throws Exception {
    SslContext tls =
        question.tls()
            ? SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .build()
            : null;
    channels.addAll(
        peers.connect(
            workload.connections(), () -> new Asker(this, question, workload.depth(), tls)));
    // The active connections are spread among the idle ones, as in practice.
    int step = workload.connections() / workload.active();
    for (int i = 0; i < workload.active(); i++) {
      Channel channel = channels.get(i * step);
      channel.eventLoop().execute(() -> channel.pipeline().get(Asker.class).begin());
    }
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.pipeline().get(Asker.class).stop();
    }
    Peers.close(channels);
  }
}
