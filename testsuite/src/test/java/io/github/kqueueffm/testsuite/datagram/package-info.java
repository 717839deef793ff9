/** Netty's shared tests of datagrams: UDP and Unix domain sockets. */
package io.github.kqueueffm.testsuite.datagram;
