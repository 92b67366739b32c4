// The documentation of the REST interface: Swagger UI over the document that the page names.

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'

const domNode = document.getElementById('interface')

SwaggerUI({
  domNode,
  url: domNode.dataset.document,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null, // nothing leaves this portal
  // a link inside a button cannot be reached by everyone; the address follows what is opened anyway
  plugins: [() => ({ components: { DeepLink: ({ text }) => text } })]
})
