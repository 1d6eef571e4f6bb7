/// <reference types="vite/client" />
declare module "frappe-gantt";
