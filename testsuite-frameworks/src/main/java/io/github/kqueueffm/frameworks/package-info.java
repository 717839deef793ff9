/** Small programs in the ways of the frameworks above Netty, each on this transport. */
package io.github.kqueueffm.frameworks;
