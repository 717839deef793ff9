package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsExampleTest {
  private static final String THREADS = "KQueueFfmEventLoopGroup-";
  private static final int BYTES_OF_QUESTION = 12;
  private static final int BYTES_OF_MANY = 16 * DnsAnswers.MANY;

  @Test
  void nameIsResolvedOverUdp() throws Exception {
    try (Witness witness = Witness.open()) {
      assertThat(resolve("one.example."))
          .containsExactly(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}));
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmDatagramChannel.class, 2 * BYTES_OF_QUESTION, THREADS);
    }
  }

  @Test
  void answerTooLongForADatagramComesOverTcp() throws Exception {
    try (Witness witness = Witness.open()) {
      assertThat(resolve(DnsAnswers.NAME_OF_MANY)).hasSize(DnsAnswers.MANY).doesNotHaveDuplicates();
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmDatagramChannel.class, 2 * BYTES_OF_QUESTION, THREADS);
      witness.assertCarried(KQueueFfmSocketChannel.class, BYTES_OF_MANY, THREADS);
    }
  }

  private static List<InetAddress> resolve(String name) throws InterruptedException {
    try (DnsServer server = new DnsServer();
        DnsExample example =
            new DnsExample(new SingletonDnsServerAddressStreamProvider(server.address()))) {
      return example.resolve(name).sync().getNow();
    }
  }
}
