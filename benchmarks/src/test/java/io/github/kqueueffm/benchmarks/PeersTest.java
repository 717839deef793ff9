package io.github.kqueueffm.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeersTest {

  @Test
  void eachRoundBeginsWithTheNextPeer() {
    List<String> peers = List.of("nio", "epoll", "ffm");
    assertThat(Peers.rotated(peers, 1)).containsExactly("nio", "epoll", "ffm");
    assertThat(Peers.rotated(peers, 2)).containsExactly("epoll", "ffm", "nio");
    assertThat(Peers.rotated(peers, 3)).containsExactly("ffm", "nio", "epoll");
    assertThat(Peers.rotated(peers, 4)).containsExactly("nio", "epoll", "ffm");
  }

  @Test
  void linkBesideNioIsMeasuredByStartsOnly() {
    Peer link = new Peer("nio-link", null);
    assertThat(Workload.values())
        .filteredOn(link::serves)
        .containsExactlyInAnyOrder(Workload.STARTUP, Workload.STARTUP_AOT);
  }
}
