/** What needs Netty's handlers and codecs beside the transport: the demo, and the shared tests. */
package io.github.kqueueffm.testsuite;
