import "@fontsource-variable/inter/wght.css";
import "@tabler/core/dist/css/tabler.min.css";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/layouts.css";
import "./ui/components.css";
import "./ui/headings.css";
import "./ui/forms.css";
import "./ui/data.css";
import "./communications/mail.css";
import "./projects/plan.css";
import "./portal/portal.css";
import "./ui/htmx";
import { Application, type ControllerConstructor } from "@hotwired/stimulus";
import { identifierOf } from "./ui/registry";

const application = Application.start();
const modules = import.meta.glob<{ default: ControllerConstructor }>("./*/*_controller.ts", { eager: true });
for (const [path, module] of Object.entries(modules)) application.register(identifierOf(path), module.default);
