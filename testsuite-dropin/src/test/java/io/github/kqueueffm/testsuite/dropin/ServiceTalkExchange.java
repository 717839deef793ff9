package io.github.kqueueffm.testsuite.dropin;

import static io.servicetalk.http.api.HttpSerializers.textSerializerUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicetalk.http.api.BlockingHttpClient;
import io.servicetalk.http.netty.HttpClients;
import io.servicetalk.http.netty.HttpServers;
import io.servicetalk.transport.api.HostAndPort;
import io.servicetalk.transport.api.ServerContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A server of ServiceTalk and a request to it, as the main class of a JVM. */
public final class ServiceTalkExchange {
  private static final String LARGE = "abcdefgh".repeat(1 << 17);

  private ServiceTalkExchange() {}

  /** Fails if another transport carries them. */
  @SuppressWarnings("try") // An interrupt of close() fails the program.
  public static void main(String[] arguments) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    try (ServerContext server =
            HttpServers.forAddress(address)
                .listenBlockingAndAwait((context, request, responses) ->
                    responses.ok().payloadBody(LARGE, textSerializerUtf8()));
        BlockingHttpClient client =
            HttpClients.forResolvedAddress(
                    HostAndPort.of((InetSocketAddress) server.listenAddress()))
                .buildBlocking()) {
      assertThat(client.request(client.get("/")).payloadBody(textSerializerUtf8()))
          .isEqualTo(LARGE);
    }
    Witness.assertCarried("KQueueSocketChannel", LARGE.length());
    Witness.assertCarried("KQueueServerSocketChannel", 0);
    System.out.println("carried");
  }
}
