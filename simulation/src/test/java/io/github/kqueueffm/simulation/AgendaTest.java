package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {
  private final Agenda agenda = new Agenda();
  private final List<String> done = new ArrayList<>();

  @Test
  void entriesOfOneTimeKeepTheirOrder() {
    agenda.at(20, () -> done.add("c"));
    agenda.at(10, () -> done.add("a"));
    agenda.at(10, () -> done.add("b"));
    agenda.run(15);
    assertThat(done).containsExactly("a", "b");
    assertThat(agenda.next()).isEqualTo(20);
  }

  @Test
  void cancelledEntryIsNotDone() {
    Agenda.Entry entry = agenda.at(10, () -> done.add("a"));
    entry.cancel();
    agenda.run(15);
    assertThat(done).isEmpty();
    assertThat(agenda.next()).isEqualTo(Long.MAX_VALUE);
  }
}
