/** Spring WebFlux on reactor-netty over this transport. */
package io.github.kqueueffm.frameworks.spring;
