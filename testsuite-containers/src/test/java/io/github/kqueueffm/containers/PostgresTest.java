package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.netty.channel.socket.SocketChannel;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import reactor.core.publisher.Flux;

/** R2DBC's driver, which is reactor-netty, on this transport with PostgreSQL. */
@NeedsDocker
class PostgresTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String THREADS = "postgres-on-kqueue-ffm";

  private static Network network;
  private static GenericContainer<?> postgres;
  private static KQueueFfmLoopResources loops;
  private static PostgresqlConnectionFactory factory;

  private final Set<String> threads = ConcurrentHashMap.newKeySet();

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    postgres = Servers.postgres(network);
    postgres.start();
    loops = KQueueFfmLoopResources.create(THREADS, 2, true);
    InetSocketAddress address = Published.tcp(postgres, Servers.POSTGRES_PORT);
    factory =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(address.getHostString())
                .port(address.getPort())
                .username("tester")
                .password("secret")
                .database("postgres")
                .loopResources(loops)
                .build());
  }

  @AfterAll
  static void stop() {
    loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
    postgres.stop();
    network.close();
  }

  @AfterEach
  void rowsCameOnThreadsOfThisTransport() {
    assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith(THREADS));
    assertThat(loops.onChannelClass(SocketChannel.class, loops.onClient(true)))
        .isSameAs(KQueueFfmSocketChannel.class);
  }

  @Test
  void tenThousandRowsArriveInTheirOrder() {
    PostgresqlConnection connection = connect();
    List<String> rows = query(connection, "select n::text from generate_series(1, 10000) as n");
    assertThat(rows)
        .isEqualTo(IntStream.rangeClosed(1, 10_000).mapToObj(Integer::toString).toList());
    connection.close().block(PATIENCE);
  }

  @Test
  void largeValueIsStoredAndReadBack() {
    PostgresqlConnection connection = connect();
    String value = "a megabyte of it ".repeat(1 << 16);
    query(connection, "create temporary table texts (value text)");
    query(connection, "insert into texts values ($1)", value);
    assertThat(query(connection, "select value from texts").equals(List.of(value))).isTrue();
    connection.close().block(PATIENCE);
  }

  @Test
  void rolledBackTransactionLeavesNothing() {
    PostgresqlConnection connection = connect();
    query(connection, "create temporary table numbers (n int)");
    connection.beginTransaction().block(PATIENCE);
    query(connection, "insert into numbers select generate_series(1, 100)");
    assertThat(query(connection, "select count(*)::text from numbers")).containsExactly("100");
    connection.rollbackTransaction().block(PATIENCE);
    assertThat(query(connection, "select count(*)::text from numbers")).containsExactly("0");
    connection.close().block(PATIENCE);
  }

  @Test
  void connectionsWorkSideBySide() {
    List<PostgresqlConnection> connections =
        IntStream.range(0, 10).mapToObj(i -> connect()).toList();
    List<String> sums =
        Flux.fromIterable(connections)
            .flatMap(
                connection ->
                    rows(connection, "select sum(n)::text from generate_series(1, 999) n"),
                connections.size())
            .collectList()
            .block(PATIENCE);
    assertThat(sums).hasSize(connections.size()).containsOnly("499500");
    connections.forEach(connection -> connection.close().block(PATIENCE));
  }

  private static PostgresqlConnection connect() {
    return factory.create().block(PATIENCE);
  }

  private List<String> query(PostgresqlConnection connection, String sql, Object... values) {
    return rows(connection, sql, values).collectList().block(PATIENCE);
  }

  private Flux<String> rows(PostgresqlConnection connection, String sql, Object... values) {
    PostgresqlStatement statement = connection.createStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.bind(i, values[i]);
    }
    return statement
        .execute()
        .flatMap(result ->
            result.map(row -> {
              threads.add(Thread.currentThread().getName());
              return row.get(0, String.class);
            }));
  }
}
