/** A program on the transport, as a user has it. */
module com.example.echo {
  requires io.github.kqueueffm.transport;
}
